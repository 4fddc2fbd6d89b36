package dev.assay.runtime.exact;

import jdk.incubator.vector.FloatVector;

/** {@code (softmax(x) − t) · (dY / N)}, the softmax being that of {@link SoftmaxKernel}. */
final class CrossEntropyGradKernel implements Kernel {
    private static final int COST = 16;
    private static final int GRAIN = 1 << 14;

    private final int rowsPerBatch;
    private final int columns;
    private final SoftmaxKernel softmax;

    /** See {@link CrossEntropyKernel}. */
    CrossEntropyGradKernel(int rowsPerBatch, int columns) {
        this.rowsPerBatch = rowsPerBatch;
        this.columns = columns;
        this.softmax = new SoftmaxKernel(rowsPerBatch, columns);
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        softmax.run(rows, new float[][] {inputs[1]}, output, workspace);
        int total = rows * rowsPerBatch;
        float scale = inputs[0][0] / total;
        workspace.forRanges(
                total * columns,
                GRAIN,
                (long) total * columns * COST,
                (begin, end, worker) -> scaledDifference(output, inputs[2], scale, begin, end));
    }

    /** {@code p[i] = (p[i] − t[i]) · scale}. */
    private static void scaledDifference(float[] p, float[] t, float scale, int begin, int end) {
        int whole = begin + Tile.LANES.loopBound(end - begin);
        for (int i = begin; i < whole; i += Tile.WIDTH) {
            FloatVector.fromArray(Tile.LANES, p, i)
                    .sub(FloatVector.fromArray(Tile.LANES, t, i))
                    .mul(scale)
                    .intoArray(p, i);
        }
        for (int i = whole; i < end; i++) {
            p[i] = (p[i] - t[i]) * scale;
        }
    }
}
