package dev.assay.runtime.cuda;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;

import java.util.Arrays;
import java.util.Random;

/** A copy within a GPU's memory by a kernel; what counts is what is read and written. */
public final class GpuCopy {
    private static final int PIECE = 16;
    private static final int THREADS = 256;
    private static final int BLOCKS = 8192;
    private static final int CHUNK_BYTES = 1 << 20;

    private final CUfunction kernel;
    private final CUdeviceptr from;
    private final CUdeviceptr to;
    private final long bytes;

    private GpuCopy(CUfunction kernel, CUdeviceptr from, CUdeviceptr to, long bytes) {
        this.kernel = kernel;
        this.from = from;
        this.to = to;
        this.bytes = bytes;
    }

    static GpuCopy prepare(GpuSession session, long bytes) throws DriverException {
        if (bytes < CHUNK_BYTES || bytes % CHUNK_BYTES != 0) {
            throw new IllegalArgumentException(bytes + " is no multiple of a mebibyte");
        }
        GpuCopy copy =
                new GpuCopy(
                        session.kernel("copy", "copy"),
                        session.allocate(bytes),
                        session.allocate(bytes),
                        bytes);
        for (long at = 0; at < bytes; at += CHUNK_BYTES) {
            GpuSession.toDevice(copy.from.withByteOffset(at), Pointer.to(chunk(at)), CHUNK_BYTES);
        }
        return copy;
    }

    /** Copies once; returns the bytes read and written. */
    public long run() throws DriverException {
        GpuSession.launch(
                kernel,
                BLOCKS,
                1,
                THREADS,
                Pointer.to(to),
                Pointer.to(from),
                Pointer.to(new long[] {bytes / PIECE}));
        return 2 * bytes;
    }

    /** How many mebibytes did not arrive as they were. */
    public int wrong() throws DriverException {
        int[] arrived = new int[CHUNK_BYTES / Integer.BYTES];
        int wrong = 0;
        for (long at = 0; at < bytes; at += CHUNK_BYTES) {
            GpuSession.toHost(Pointer.to(arrived), to.withByteOffset(at), CHUNK_BYTES);
            if (!Arrays.equals(arrived, chunk(at))) {
                wrong++;
            }
        }
        return wrong;
    }

    private static int[] chunk(long at) {
        return new Random(at).ints(CHUNK_BYTES / Integer.BYTES).toArray();
    }
}
