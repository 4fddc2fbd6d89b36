package dev.assay.runtime.cuda;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Transfers between page-locked memory of the host and a GPU. */
public final class GpuTransfer {
    private final Pointer host;
    private final CUdeviceptr device;
    private final int bytes;

    private GpuTransfer(Pointer host, CUdeviceptr device, int bytes) {
        this.host = host;
        this.device = device;
        this.bytes = bytes;
    }

    static GpuTransfer prepare(GpuSession session, int bytes) throws DriverException {
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
        byte[] expected = noise(2);
        for (int at = 0; at + expected.length <= bytes; at += expected.length) {
            byte[] arrived = new byte[expected.length];
            there.get(at, arrived);
            if (!Arrays.equals(arrived, expected)) {
                return true;
            }
        }
        return false;
    }

    private void fill(int seed) {
        ByteBuffer memory = memory();
        byte[] noise = noise(seed);
        for (int at = 0; at + noise.length <= bytes; at += noise.length) {
            memory.put(at, noise);
        }
    }

    private ByteBuffer memory() {
        return host.getByteBuffer(0, bytes);
    }

    private static byte[] noise(int seed) {
        byte[] noise = new byte[1 << 16];
        new Random(seed).nextBytes(noise);
        return noise;
    }
}
