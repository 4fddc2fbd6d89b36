package dev.assay.runtime.cuda;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

import java.nio.ByteBuffer;
import java.util.Random;

/** Transfers between page-locked memory of the host and a GPU. */
public final class GpuTransfer {
    private static final int NOISE_BYTES = 1 << 16;

    private final Pointer host;
    private final CUdeviceptr device;
    private final int bytes;

    private GpuTransfer(Pointer host, CUdeviceptr device, int bytes) {
        this.host = host;
        this.device = device;
        this.bytes = bytes;
    }

    static GpuTransfer prepare(GpuSession session, int bytes) throws DriverException {
        if (bytes < NOISE_BYTES || bytes % NOISE_BYTES != 0) {
            throw new IllegalArgumentException(bytes + " is no multiple of " + NOISE_BYTES);
        }
        GpuTransfer transfer =
                new GpuTransfer(session.allocateHost(bytes), session.allocate(bytes), bytes);
        transfer.fill(1);
        return transfer;
    }

    /** To the device, once; returns the bytes. */
    public long toDevice() throws DriverException {
        GpuSession.toDevice(device, host, bytes);
        return bytes;
    }

    /** To the host, once; returns the bytes. */
    public long toHost() throws DriverException {
        GpuSession.toHost(host, device, bytes);
        return bytes;
    }

    /** Whether something else than what was sent to the device comes back. */
    public boolean isWrong() throws DriverException {
        fill(2);
        toDevice();
        fill(3);
        toHost();
        ByteBuffer there = memory();
        ByteBuffer expected = ByteBuffer.wrap(noise(2));
        for (int at = 0; at + NOISE_BYTES <= bytes; at += NOISE_BYTES) {
            if (!there.slice(at, NOISE_BYTES).equals(expected)) {
                return true;
            }
        }
        return false;
    }

    private void fill(int seed) {
        ByteBuffer memory = memory();
        byte[] noise = noise(seed);
        for (int at = 0; at + NOISE_BYTES <= bytes; at += NOISE_BYTES) {
            memory.put(at, noise);
        }
    }

    private ByteBuffer memory() {
        return host.getByteBuffer(0, bytes);
    }

    private static byte[] noise(int seed) {
        byte[] noise = new byte[NOISE_BYTES];
        new Random(seed).nextBytes(noise);
        return noise;
    }
}
