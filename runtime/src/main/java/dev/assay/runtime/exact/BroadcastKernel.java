package dev.assay.runtime.exact;

import dev.assay.models.tensor.Shape;

/**
 * Elementwise sum or product with the second operand broadcast to the first.
 *
 * <p>The first operand's batch row is cut into runs along which the second stands still or moves in
 * step; where each run begins in the second is computed once.
 */
final class BroadcastKernel implements Kernel {
    private static final int COST = 16;
    private static final int GRAIN = 1 << 16;

    private final boolean product;
    private final int run;
    private final boolean still;
    private final int[] begins;
    private final int rowB;

    /**
     * @param a shape of the first operand
     * @param b shape of the second, which can be broadcast to {@code a}
     */
    private BroadcastKernel(boolean product, Shape a, Shape b) {
        this.product = product;
        int lead = a.rank() - b.rank();
        int axis = a.rank();
        boolean moves = axis > lead && extent(a, axis - 1) == extent(b, axis - 1 - lead);
        while (axis > 0
                && moves == (axis > lead && extent(a, axis - 1) == extent(b, axis - 1 - lead))) {
            axis--;
        }
        this.still = !moves;
        this.run = a.elementsFrom(axis);
        this.begins = begins(a, b, axis);
        this.rowB = b.batched() ? b.elements() : 0;
    }

    static BroadcastKernel sum(Shape a, Shape b) {
        return new BroadcastKernel(false, a, b);
    }

    static BroadcastKernel product(Shape a, Shape b) {
        return new BroadcastKernel(true, a, b);
    }

    /** The extent of an axis within one batch row. */
    private static int extent(Shape shape, int axis) {
        return Math.abs(shape.dim(axis));
    }

    /** For each index over the axes of {@code a} before {@code end}: the offset in {@code b}. */
    private static int[] begins(Shape a, Shape b, int end) {
        int lead = a.rank() - b.rank();
        int[] begins = {0};
        for (int axis = 0; axis < end; axis++) {
            boolean moves = axis >= lead && extent(b, axis - lead) > 1;
            int step = moves ? b.elementsFrom(axis - lead + 1) : 0;
            int extent = extent(a, axis);
            int[] next = new int[Math.multiplyExact(begins.length, extent)];
            for (int i = 0; i < next.length; i++) {
                next[i] = begins[i / extent] + i % extent * step;
            }
            begins = next;
        }
        return begins;
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        float[] a = inputs[0];
        float[] b = inputs[1];
        workspace.forRanges(
                rows * begins.length,
                Math.max(1, GRAIN / run),
                (long) rows * begins.length * run * COST,
                (begin, end, worker) -> {
                    for (int i = begin; i < end; i++) {
                        int bAt = i / begins.length * rowB + begins[i % begins.length];
                        if (still && product) {
                            Elements.multiply(a, i * run, b[bAt], output, i * run, run);
                        } else if (still) {
                            Elements.add(a, i * run, b[bAt], output, i * run, run);
                        } else if (product) {
                            Elements.multiply(a, i * run, b, bAt, output, i * run, run);
                        } else {
                            Elements.add(a, i * run, b, bAt, output, i * run, run);
                        }
                    }
                });
    }
}
