package dev.assay.runtime.exact;

import dev.assay.models.tensor.Shape;

import java.util.List;

/** The same elements with the axes in another order; where each comes from is computed once. */
final class TransposeKernel implements Kernel {
    private static final int COST = 32;
    private static final int GRAIN = 1 << 14;

    /** Side of the square in which a matrix is turned: two squares fit the nearest cache. */
    private static final int SQUARE = 32;

    private final int[] sources;

    /**
     * @param perm axis i of the output is axis {@code perm[i]} of {@code x}
     */
    TransposeKernel(Shape x, List<Integer> perm) {
        int[] sources = {0};
        for (int axis : perm) {
            int extent = Math.abs(x.dim(axis));
            int step = x.elementsFrom(axis + 1);
            int[] next = new int[Math.multiplyExact(sources.length, extent)];
            for (int i = 0; i < next.length; i++) {
                next[i] = sources[i / extent] + i % extent * step;
            }
            sources = next;
        }
        this.sources = sources;
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        float[] x = inputs[0];
        int size = sources.length;
        workspace.forRanges(
                rows * size,
                GRAIN,
                (long) rows * size * COST,
                (begin, end, worker) -> {
                    for (int i = begin; i < end; i++) {
                        output[i] = x[i - i % size + sources[i % size]];
                    }
                });
    }

    /** Turns the matrix {@code [rows, columns]} into {@code [columns, rows]}. */
    static void turn(float[] a, int rows, int columns, float[] into, Workspace workspace) {
        workspace.forRanges(
                columns,
                SQUARE,
                (long) rows * columns * COST,
                (begin, end, worker) -> {
                    for (int top = 0; top < rows; top += SQUARE) {
                        int bottom = Math.min(rows, top + SQUARE);
                        for (int column = begin; column < end; column++) {
                            for (int row = top; row < bottom; row++) {
                                into[column * rows + row] = a[row * columns + column];
                            }
                        }
                    }
                });
    }
}
