package dev.assay.runtime.exact;

import dev.assay.runtime.exact.Workspace.Use;

import jdk.incubator.vector.FloatVector;

/**
 * Softmax over the last axis, lanes being rows: {@code exp(x − max) / Σ exp(x − max)}, the sum in
 * ascending order from +0 and each quotient one division. A row with a NaN or +∞, or of nothing but
 * −∞, becomes NaN.
 */
final class SoftmaxKernel implements Kernel {
    private static final int COST = 256;

    private final int rowsPerBatch;
    private final int columns;

    /**
     * @param rowsPerBatch rows of one batch row, or of all when there is no batch axis
     */
    SoftmaxKernel(int rowsPerBatch, int columns) {
        this.rowsPerBatch = rowsPerBatch;
        this.columns = columns;
        Math.multiplyExact(columns, Tile.WIDTH);
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        int total = rows * rowsPerBatch;
        workspace.forRanges(
                total,
                Tile.WIDTH,
                (long) total * columns * COST,
                (begin, end, worker) -> {
                    float[] block = workspace.floats(worker, Use.SUMS, columns * Tile.WIDTH);
                    int[] lanes = workspace.ints(worker, Tile.WIDTH);
                    for (int lane = 0; lane < Tile.WIDTH; lane++) {
                        lanes[lane] = Math.min(lane, end - begin - 1) * columns;
                    }
                    quotients(inputs[0], begin * columns, lanes, block);
                    for (int row = begin; row < end; row++) {
                        for (int c = 0; c < columns; c++) {
                            output[row * columns + c] = block[c * Tile.WIDTH + row - begin];
                        }
                    }
                });
    }

    /** Softmax of the rows at {@code at + lanes[lane]}, as {@code [column][lane]}. */
    private void quotients(float[] input, int at, int[] lanes, float[] block) {
        FloatVector max = FloatVector.broadcast(Tile.LANES, Float.NEGATIVE_INFINITY);
        for (int c = 0; c < columns; c++) {
            max = max.max(FloatVector.fromArray(Tile.LANES, input, at + c, lanes, 0));
        }
        FloatVector sum = FloatVector.zero(Tile.LANES);
        for (int c = 0; c < columns; c++) {
            FloatVector x = FloatVector.fromArray(Tile.LANES, input, at + c, lanes, 0);
            FloatVector exp = Exp.of(x.sub(max));
            exp.intoArray(block, c * Tile.WIDTH);
            sum = sum.add(exp);
        }
        for (int c = 0; c < columns; c++) {
            FloatVector.fromArray(Tile.LANES, block, c * Tile.WIDTH)
                    .div(sum)
                    .intoArray(block, c * Tile.WIDTH);
        }
    }
}
