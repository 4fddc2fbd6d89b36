package dev.assay.runtime.exact;

import dev.assay.runtime.exact.Workspace.Use;

import jdk.incubator.vector.FloatVector;

/**
 * The mean cross-entropy of softmax, lanes being rows: per row {@code log Σ exp(x − max) − Σ t · (x
 * − max)}, the second sum by fused multiply-adds, both ascending from +0. The rows' losses are
 * added one by one and divided once.
 */
final class CrossEntropyKernel implements Kernel {
    private static final int COST = 256;

    private final int rowsPerBatch;
    private final int columns;

    /**
     * @param rowsPerBatch N when there is no batch axis, else 1
     */
    CrossEntropyKernel(int rowsPerBatch, int columns) {
        this.rowsPerBatch = rowsPerBatch;
        this.columns = columns;
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        int total = rows * rowsPerBatch;
        float[] losses = workspace.floats(0, Use.LEFT, Panels.filled(total, Tile.WIDTH));
        workspace.forRanges(
                total,
                Tile.WIDTH,
                (long) total * columns * COST,
                (begin, end, worker) -> {
                    int[] lanes = workspace.ints(worker, Tile.WIDTH);
                    for (int lane = 0; lane < Tile.WIDTH; lane++) {
                        lanes[lane] = Math.min(lane, end - begin - 1) * columns;
                    }
                    float[] block = workspace.floats(worker, Use.SUMS, 2 * Tile.WIDTH);
                    sums(inputs[0], inputs[1], begin * columns, lanes, block);
                    for (int row = begin; row < end; row++) {
                        int lane = row - begin;
                        losses[row] = Log.of(block[lane]) - block[Tile.WIDTH + lane];
                    }
                });
        float sum = 0f;
        for (int row = 0; row < total; row++) {
            sum += losses[row];
        }
        output[0] = sum / total;
    }

    /** Both sums of the rows at {@code at + lanes[lane]}, one behind the other. */
    private void sums(float[] scores, float[] targets, int at, int[] lanes, float[] block) {
        FloatVector max = FloatVector.broadcast(Tile.LANES, Float.NEGATIVE_INFINITY);
        for (int c = 0; c < columns; c++) {
            max = max.max(FloatVector.fromArray(Tile.LANES, scores, at + c, lanes, 0));
        }
        FloatVector exps = FloatVector.zero(Tile.LANES);
        FloatVector products = FloatVector.zero(Tile.LANES);
        for (int c = 0; c < columns; c++) {
            FloatVector x = FloatVector.fromArray(Tile.LANES, scores, at + c, lanes, 0).sub(max);
            exps = exps.add(Exp.of(x));
            products =
                    FloatVector.fromArray(Tile.LANES, targets, at + c, lanes, 0).fma(x, products);
        }
        exps.intoArray(block, 0);
        products.intoArray(block, Tile.WIDTH);
    }
}
