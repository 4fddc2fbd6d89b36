package dev.assay.runtime.cuda;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;

import java.util.Random;

/**
 * A square matrix product on a GPU. A and B hold whole numbers from −2 to 2, which every precision
 * holds exactly and whose sums of products fp32 holds exactly: the result is right or wrong, with
 * no tolerance.
 */
public final class GpuProduct {
    /**
     * The most rows and columns: three matrices of 4 GiB. No sum exceeds 4n = 2¹⁷, and fp32 is
     * exact to 2²⁴.
     */
    static final int MOST = 1 << 15;

    private static final int TILE = 128;
    private static final int THREADS = 256;
    private static final int SAMPLES = 256;

    private final Precision precision;
    private final int n;
    private final CUfunction kernel;
    private final CUdeviceptr a;
    private final CUdeviceptr b;
    private final CUdeviceptr c;

    private GpuProduct(
            Precision precision,
            int n,
            CUfunction kernel,
            CUdeviceptr a,
            CUdeviceptr b,
            CUdeviceptr c) {
        this.precision = precision;
        this.n = n;
        this.kernel = kernel;
        this.a = a;
        this.b = b;
        this.c = c;
    }

    static GpuProduct prepare(GpuSession session, Precision precision, int n)
            throws DriverException {
        if (n < TILE || n > MOST || n % TILE != 0) {
            throw new IllegalArgumentException(n + " is no multiple of " + TILE + " to " + MOST);
        }
        long elements = (long) n * n;
        GpuProduct product =
                new GpuProduct(
                        precision,
                        n,
                        session.kernel(precision.resource(), "gemm"),
                        session.allocate(elements * precision.bytes()),
                        session.allocate(elements * precision.bytes()),
                        session.allocate(elements * Float.BYTES));
        product.fill(product.a, 1, false);
        product.fill(product.b, 2, precision.transposed());
        return product;
    }

    /** Multiplies once; returns the floating point operations of that. */
    public long run() throws DriverException {
        GpuSession.launch(
                kernel,
                n / TILE,
                n / TILE,
                THREADS,
                Pointer.to(c),
                Pointer.to(a),
                Pointer.to(b),
                Pointer.to(new int[] {n}));
        return 2L * n * n * n;
    }

    /** How many of the elements of C that were looked at are wrong; looks at some of every tile. */
    public int wrong() throws DriverException {
        float[] row = new float[n];
        Random random = new Random(n);
        int wrong = 0;
        for (int sample = 0; sample < SAMPLES; sample++) {
            int i = sample < n / TILE ? sample * TILE + random.nextInt(TILE) : random.nextInt(n);
            GpuSession.toHost(
                    Pointer.to(row), c.withByteOffset((long) i * n * Float.BYTES), n * 4L);
            for (int tile = 0; tile < n; tile += TILE) {
                int j = tile + random.nextInt(TILE);
                if (row[j] != expected(i, j)) {
                    wrong++;
                }
            }
        }
        return wrong;
    }

    private float expected(int i, int j) {
        int sum = 0;
        for (int k = 0; k < n; k++) {
            sum += element(1, i, k) * element(2, k, j);
        }
        return sum;
    }

    /** The element of a matrix: −2 to 2, without a pattern that a misplaced row would fit. */
    static int element(int matrix, int row, int column) {
        int hash = row * 0x9E3779B1 + column * 0x85EBCA77 + matrix * 0xC2B2AE3D;
        hash = (hash ^ (hash >>> 15)) * 0x2C1B3C6D;
        return Integer.remainderUnsigned(hash ^ (hash >>> 12), 5) - 2;
    }

    /** Fills a matrix, some rows at a time. */
    private void fill(CUdeviceptr matrix, int which, boolean transposed) throws DriverException {
        int rows = Math.min(n, TILE);
        long bytes = (long) rows * n * precision.bytes();
        for (int first = 0; first < n; first += rows) {
            CUdeviceptr to = matrix.withByteOffset((long) first * n * precision.bytes());
            GpuSession.toDevice(to, block(which, first, rows, transposed), bytes);
        }
    }

    private Pointer block(int which, int first, int rows, boolean transposed) {
        float[] wide = new float[rows * n];
        for (int i = 0; i < wide.length; i++) {
            int row = first + i / n;
            int column = i % n;
            wide[i] = transposed ? element(which, column, row) : element(which, row, column);
        }
        return switch (precision) {
            case FP32, TF32 -> Pointer.to(wide);
            case BF16 -> Pointer.to(narrow(wide, false));
            case FP16 -> Pointer.to(narrow(wide, true));
        };
    }

    private static short[] narrow(float[] wide, boolean half) {
        short[] narrow = new short[wide.length];
        for (int i = 0; i < wide.length; i++) {
            narrow[i] =
                    half
                            ? Float.floatToFloat16(wide[i])
                            : (short) (Float.floatToRawIntBits(wide[i]) >>> 16);
        }
        return narrow;
    }
}
