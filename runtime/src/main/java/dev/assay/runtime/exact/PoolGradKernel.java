package dev.assay.runtime.exact;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;

import dev.assay.runtime.exact.Workspace.Use;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

import java.util.Arrays;

/**
 * The gradients of maximum and mean under a sliding window. Which element of a window is the
 * largest is found with lanes being windows; the windows' gradients are then added to elements one
 * by one, in ascending order, so that overlapping windows add in a fixed order.
 */
final class PoolGradKernel implements Kernel {
    private static final VectorSpecies<Integer> INDICES =
            VectorSpecies.of(int.class, Tile.LANES.vectorShape());
    private static final int COST = 128;
    private static final int GRAIN = 1 << 14;

    /** Of a window whose gradient goes nowhere. */
    private static final int NONE = -1;

    private final boolean mean;
    private final int planesPerBatch;
    private final Patches patches;
    private final int outputs;

    /** Planes whose windows are worked on together, to fill the lanes. */
    private final int group;

    private final int[] origins;

    /** Of elements under each window, for the mean. */
    private final float[] counts;

    private PoolGradKernel(boolean mean, int planesPerBatch, Patches patches) {
        this.mean = mean;
        this.planesPerBatch = planesPerBatch;
        this.patches = patches;
        this.outputs = patches.origins().length;
        this.group = outputs < Tile.WIDTH ? Tile.WIDTH : 1;
        this.origins = new int[outputs * group];
        for (int i = 0; i < origins.length; i++) {
            origins[i] = i / outputs * patches.planeSize() + patches.origins()[i % outputs];
        }
        this.counts = mean ? patches.counts() : new float[0];
    }

    /**
     * @param planesPerBatch channels, times the images when there is no batch axis
     */
    static PoolGradKernel max(int planesPerBatch, Patches patches) {
        return new PoolGradKernel(false, planesPerBatch, patches);
    }

    /** See {@link #max}. */
    static PoolGradKernel mean(int planesPerBatch, Patches patches) {
        return new PoolGradKernel(true, planesPerBatch, patches);
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        int planes = rows * planesPerBatch;
        int together = Panels.filled(Math.max(1, GRAIN / patches.planeSize()), group);
        workspace.forRanges(
                planes,
                together,
                (long) planes * outputs * patches.taps().length * COST,
                (begin, end, worker) -> {
                    int size = Math.multiplyExact(end - begin, patches.planeSize());
                    float[] sums = output;
                    int at = begin * patches.planeSize();
                    if (!patches.unpadded()) {
                        sums = workspace.floats(worker, Use.SPREAD, size);
                        at = 0;
                    }
                    Arrays.fill(sums, at, at + size, 0f);
                    if (mean) {
                        spread(inputs[0], begin, end, sums, at);
                    } else {
                        choose(inputs, begin, end, sums, at, workspace, worker);
                    }
                    if (!patches.unpadded()) {
                        patches.unpad(sums, 0, end - begin, output, begin * patches.imageSize());
                    }
                });
    }

    /** Adds each window's share of its gradient to all its elements. */
    private void spread(float[] dy, int begin, int end, float[] sums, int at) {
        int[] taps = patches.taps();
        for (int plane = begin; plane < end; plane++) {
            int planeAt = at + (plane - begin) * patches.planeSize();
            for (int i = 0; i < outputs; i++) {
                float share = dy[plane * outputs + i] / counts[i];
                for (int tap : taps) {
                    sums[planeAt + origins[i] + tap] += share;
                }
            }
        }
    }

    /** Adds each window's gradient to its largest element. */
    private void choose(
            float[][] inputs,
            int begin,
            int end,
            float[] sums,
            int at,
            Workspace workspace,
            int worker) {
        float[] x = inputs[1];
        int shift = 0;
        if (!patches.unpadded()) {
            x = workspace.floats(worker, Use.PADDED, (end - begin) * patches.planeSize());
            shift = begin;
            patches.pad(
                    inputs[1],
                    begin * patches.imageSize(),
                    end - begin,
                    Float.NEGATIVE_INFINITY,
                    x,
                    0);
        }
        int[] largest = workspace.ints(worker, origins.length);
        for (int plane = begin; plane < end; plane += group) {
            int count = Math.min(group, end - plane) * outputs;
            largest(x, (plane - shift) * patches.planeSize(), count, largest);
            int to = at + (plane - begin) * patches.planeSize();
            for (int i = 0; i < count; i++) {
                if (largest[i] != NONE) {
                    sums[to + origins[i] + largest[i]] += inputs[0][plane * outputs + i];
                }
            }
        }
    }

    /** The tap of the first largest element of {@code count} windows of one group of planes. */
    private void largest(float[] x, int at, int count, int[] largest) {
        int[] taps = patches.taps();
        int whole = Tile.LANES.loopBound(count);
        for (int j = 0; j < whole; j += Tile.WIDTH) {
            FloatVector max = FloatVector.broadcast(Tile.LANES, Float.NEGATIVE_INFINITY);
            IntVector best = IntVector.broadcast(INDICES, NONE);
            for (int tap : taps) {
                FloatVector y = FloatVector.fromArray(Tile.LANES, x, at + tap, origins, j);
                VectorMask<Float> larger = max.compare(GE, y).not().and(max.compare(EQ, max));
                max = max.blend(y, larger);
                best = best.blend(tap, larger.cast(INDICES));
            }
            best.intoArray(largest, j);
        }
        for (int j = whole; j < count; j++) {
            float max = Float.NEGATIVE_INFINITY;
            largest[j] = NONE;
            for (int tap : taps) {
                float y = x[at + tap + origins[j]];
                if (!(max >= y) && !Float.isNaN(max)) {
                    max = y;
                    largest[j] = tap;
                }
            }
        }
    }
}
