package dev.assay.runtime.exact;

import dev.assay.models.tensor.Shape;

import jdk.incubator.vector.FloatVector;

import java.util.List;

/**
 * The sum over some axes, lanes being outputs: each is summed from +0 in row-major order of the
 * reduced axes. Where outputs begin and where their terms are is computed once for one batch row.
 */
final class ReduceSumKernel implements Kernel {
    private static final int COST = 32;

    private final boolean batchKept;
    private final int rowSize;
    private final int[] origins;
    private final int[] terms;

    /** Sums {@code x} over {@code axes}. */
    ReduceSumKernel(Shape x, List<Integer> axes) {
        this.batchKept = x.batched() && !axes.contains(0);
        this.rowSize = x.elements();
        this.origins = offsets(x, axes, false);
        this.terms = offsets(x, axes, true);
    }

    /** Offsets of the elements at index 0 of all axes but those reduced (or those kept). */
    private static int[] offsets(Shape x, List<Integer> axes, boolean reduced) {
        int[] offsets = {0};
        for (int axis = x.batched() ? 1 : 0; axis < x.rank(); axis++) {
            if (axes.contains(axis) == reduced) {
                int extent = x.dim(axis);
                int step = x.elementsFrom(axis + 1);
                int[] next = new int[Math.multiplyExact(offsets.length, extent)];
                for (int i = 0; i < next.length; i++) {
                    next[i] = offsets[i / extent] + i % extent * step;
                }
                offsets = next;
            }
        }
        return offsets;
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        int outer = batchKept ? rows : 1;
        int summed = batchKept ? 1 : rows;
        int parts = Math.ceilDiv(origins.length, Tile.WIDTH);
        workspace.forEach(
                outer * parts,
                (long) rows * rowSize * COST,
                (index, worker) -> {
                    int row = index / parts;
                    int from = index % parts * Tile.WIDTH;
                    int count = Math.min(Tile.WIDTH, origins.length - from);
                    int to = row * origins.length + from;
                    if (count == Tile.WIDTH) {
                        lanes(inputs[0], row * rowSize, summed, from, output, to);
                    } else {
                        for (int i = 0; i < count; i++) {
                            int at = row * rowSize + origins[from + i];
                            output[to + i] = single(inputs[0], at, summed);
                        }
                    }
                });
    }

    private float single(float[] x, int at, int rows) {
        float sum = 0f;
        for (int row = 0; row < rows; row++) {
            for (int term : terms) {
                sum += x[at + row * rowSize + term];
            }
        }
        return sum;
    }

    /** The sums of {@link Tile#WIDTH} outputs. */
    private void lanes(float[] x, int at, int rows, int from, float[] output, int to) {
        boolean dense = origins[from + Tile.WIDTH - 1] - origins[from] == Tile.WIDTH - 1;
        FloatVector sum = FloatVector.zero(Tile.LANES);
        for (int row = 0; row < rows; row++) {
            int rowAt = at + row * rowSize;
            if (dense) {
                for (int term : terms) {
                    int i = rowAt + term + origins[from];
                    sum = sum.add(FloatVector.fromArray(Tile.LANES, x, i));
                }
            } else {
                for (int term : terms) {
                    sum =
                            sum.add(
                                    FloatVector.fromArray(
                                            Tile.LANES, x, rowAt + term, origins, from));
                }
            }
        }
        sum.intoArray(output, to);
    }
}
