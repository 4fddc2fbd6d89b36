package dev.assay.runtime.exact;

import dev.assay.runtime.exact.Workspace.Use;

import jdk.incubator.vector.FloatVector;

/**
 * Maximum and mean under a sliding window, lanes being outputs.
 *
 * <p>Padding is written out as the operation's neutral element: −∞ for the maximum; +0 for the
 * mean, whose sum starts at +0 and so never is −0. The mean divides once, by the number of elements
 * that are not padding. The maximum is that of {@link Math#max(float, float)}: NaN wins, +0 is
 * above −0.
 */
final class PoolKernel implements Kernel {
    private static final int COST = 64;
    private static final int GRAIN = 1 << 14;

    private final boolean mean;
    private final float neutral;
    private final int planesPerBatch;
    private final Patches patches;
    private final int outputs;

    /** Planes whose outputs are worked on together, to fill the lanes. */
    private final int group;

    private final int[] origins;
    private final float[] divisors;

    private PoolKernel(boolean mean, int planesPerBatch, Patches patches) {
        this.mean = mean;
        this.neutral = mean ? 0f : Float.NEGATIVE_INFINITY;
        this.planesPerBatch = planesPerBatch;
        this.patches = patches;
        this.outputs = patches.origins().length;
        this.group = outputs < Tile.WIDTH ? Tile.WIDTH : 1;
        this.origins = new int[outputs * group];
        this.divisors = new float[origins.length];
        float[] counts = patches.counts();
        for (int i = 0; i < origins.length; i++) {
            origins[i] = i / outputs * patches.planeSize() + patches.origins()[i % outputs];
            divisors[i] = counts[i % outputs];
        }
    }

    /**
     * @param planesPerBatch channels, times the images when the input has no batch axis
     */
    static PoolKernel max(int planesPerBatch, Patches patches) {
        return new PoolKernel(false, planesPerBatch, patches);
    }

    /** See {@link #max}. */
    static PoolKernel mean(int planesPerBatch, Patches patches) {
        return new PoolKernel(true, planesPerBatch, patches);
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        int planes = rows * planesPerBatch;
        int together = Panels.filled(Math.max(1, GRAIN / patches.planeSize()), group);
        workspace.forRanges(
                planes,
                together,
                (long) planes * outputs * patches.taps().length * COST,
                (begin, end, worker) -> pool(inputs[0], begin, end, output, workspace, worker));
    }

    private void pool(
            float[] input, int begin, int end, float[] output, Workspace workspace, int worker) {
        float[] padded = input;
        int shift = 0;
        if (!patches.unpadded()) {
            padded =
                    workspace.floats(
                            worker,
                            Use.PADDED,
                            Math.multiplyExact(end - begin, patches.planeSize()));
            shift = begin;
            patches.pad(input, begin * patches.imageSize(), end - begin, neutral, padded, 0);
        }
        for (int plane = begin; plane < end; plane += group) {
            int count = Math.min(group, end - plane) * outputs;
            planes(padded, (plane - shift) * patches.planeSize(), output, plane * outputs, count);
        }
    }

    /** Computes {@code count} outputs of one group of planes. */
    private void planes(float[] padded, int at, float[] output, int outputAt, int count) {
        int[] taps = patches.taps();
        int whole = Tile.LANES.loopBound(count);
        for (int j = 0; j < whole; j += Tile.WIDTH) {
            FloatVector x = FloatVector.broadcast(Tile.LANES, neutral);
            for (int tap : taps) {
                FloatVector y = FloatVector.fromArray(Tile.LANES, padded, at + tap, origins, j);
                x = mean ? x.add(y) : x.max(y);
            }
            if (mean) {
                x = x.div(FloatVector.fromArray(Tile.LANES, divisors, j));
            }
            x.intoArray(output, outputAt + j);
        }
        for (int j = whole; j < count; j++) {
            float x = neutral;
            for (int tap : taps) {
                float y = padded[at + tap + origins[j]];
                x = mean ? x + y : Math.max(x, y);
            }
            output[outputAt + j] = mean ? x / divisors[j] : x;
        }
    }
}
