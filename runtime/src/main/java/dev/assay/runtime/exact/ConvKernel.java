package dev.assay.runtime.exact;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * Convolution as a matrix product: filters {@code [O, C·KH·KW]} times patches {@code [C·KH·KW,
 * images · OH·OW]}, the k of the product being c, kh, kw in this order.
 *
 * <p>The matrix of patches is never whole. Its columns, those of several small images side by side,
 * are cut into blocks of {@link #WIDE}; a thread copies one block of k at a time into the panels
 * that the product reads, and, when the sums are complete, adds the bias on the way to the output.
 */
final class ConvKernel implements Kernel {
    /** Most columns of a block. */
    private static final int WIDE = 256;

    /** Elements of a packed block of patches: a quarter of a second-level cache. */
    private static final int PACKED = 1 << 16;

    /** Elements of padded images that are worked on together: a second-level cache. */
    private static final int GROUP = 1 << 17;

    /** Parts per thread: enough to even out threads of unequal speed. */
    private static final int PARTS = 4;

    private final int imagesPerBatch;
    private final int channels;
    private final int filters;
    private final int depth;
    private final Patches patches;
    private final int[] taps;
    private final boolean constant;
    private final float[] packedFilters;

    /**
     * @param imagesPerBatch N when the input has no batch axis, else 1
     * @param weights the filters when they are a parameter
     */
    ConvKernel(
            int imagesPerBatch,
            int channels,
            int filters,
            Patches patches,
            Optional<float[]> weights) {
        this.imagesPerBatch = imagesPerBatch;
        this.channels = channels;
        this.filters = filters;
        this.patches = patches;
        this.taps = taps(channels, patches);
        this.depth = taps.length;
        this.constant = weights.isPresent();
        this.packedFilters = new float[Panels.packedRows(filters, depth)];
        weights.ifPresent(this::pack);
    }

    /** Offsets of a window's elements in all channels: c before kh before kw. */
    static int[] taps(int channels, Patches patches) {
        int[] plane = patches.taps();
        Math.multiplyExact(channels, patches.planeSize());
        int[] all = new int[Math.multiplyExact(channels, plane.length)];
        for (int k = 0; k < all.length; k++) {
            all[k] = k / plane.length * patches.planeSize() + plane[k % plane.length];
        }
        return all;
    }

    /** Takes these filters for what is convolved next. */
    void pack(float[] weights) {
        Panels.packRows(weights, 0, filters, depth, packedFilters);
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        if (!constant) {
            pack(inputs[1]);
        }
        int images = rows * imagesPerBatch;
        int group = Math.clamp(GROUP / ((long) channels * patches.planeSize()), 1, images);
        for (int first = 0; first < images; first += group) {
            int count = Math.min(group, images - first);
            float[] padded = inputs[0];
            int paddedFirst = first;
            if (!patches.unpadded()) {
                padded = patches.padded(inputs[0], first * channels, count * channels, workspace);
                paddedFirst = 0;
            }
            convolve(padded, paddedFirst, first, count, inputs[2], output, workspace);
        }
    }

    /** Convolves {@code count} images, which lie in {@code padded} from {@code paddedFirst} on. */
    void convolve(
            float[] padded,
            int paddedFirst,
            int first,
            int count,
            float[] bias,
            float[] output,
            Workspace workspace) {
        int outputs = patches.origins().length;
        int columns = count * outputs;
        int parts = workspace.threads() == 1 ? 1 : PARTS * workspace.threads();
        int fitting = Math.clamp(PACKED / Math.min(depth, Panels.DEPTH), 1, WIDE);
        int wide = Panels.filled(Math.min(fitting, Math.ceilDiv(columns, parts)), Tile.COLUMNS);
        workspace.forRanges(
                columns,
                wide,
                (long) columns * depth * filters,
                (begin, end, worker) -> {
                    int[] origins = origins(paddedFirst, begin, end, workspace, worker);
                    Accumulators sums = sums(padded, origins, end - begin, workspace, worker);
                    store(sums, first * outputs + begin, end - begin, bias, output);
                });
    }

    /**
     * Where the patches of columns {@code begin} to {@code end} begin in the padded images; the
     * last one again for the columns that fill up a tile.
     */
    private int[] origins(int first, int begin, int end, Workspace workspace, int worker) {
        int[] plane = patches.origins();
        int count = end - begin;
        int filled = Panels.filled(count, Tile.COLUMNS);
        int[] origins = workspace.ints(worker, filled);
        int imageSize = channels * patches.planeSize();
        int image = first + begin / plane.length;
        int p = begin % plane.length;
        for (int j = 0; j < count; j++) {
            origins[j] = image * imageSize + plane[p];
            if (++p == plane.length) {
                p = 0;
                image++;
            }
        }
        Arrays.fill(origins, count, filled, origins[count - 1]);
        return origins;
    }

    /** Filters times the patches that begin at {@code origins}. */
    private Accumulators sums(
            float[] padded, int[] origins, int columns, Workspace workspace, int worker) {
        int filled = Panels.filled(columns, Tile.COLUMNS);
        Accumulators sums = new Accumulators(filters, columns, workspace, worker);
        MemorySegment block =
                workspace.panels(worker, Math.min(depth, Panels.DEPTH) * (long) filled);
        for (int k = 0; k < depth; k += Panels.DEPTH) {
            int deep = Math.min(Panels.DEPTH, depth - k);
            packPatches(padded, origins, filled, k, deep, block);
            sums.add(deep, packedFilters, Panels.rowsOf(k, filters), block, 0);
        }
        return sums;
    }

    /** Copies rows {@code k} to {@code k + deep} of the patch matrix into panels of columns. */
    private void packPatches(
            float[] padded, int[] origins, int columns, int k, int deep, MemorySegment into) {
        int end = padded.length - taps[taps.length - 1];
        for (int j = 0; j < columns; j += Tile.WIDTH) {
            long at = ((long) (j - j % Tile.COLUMNS) * deep + j % Tile.COLUMNS) * Float.BYTES;
            int span = origins[j + Tile.WIDTH - 1] - origins[j];
            if (span < Tile.COLUMNS && origins[j] + Tile.COLUMNS <= end) {
                pick(padded, origins, j, k, deep, into, at);
            } else {
                gather(padded, origins, j, k, deep, into, at);
            }
        }
    }

    /** Packs columns whose patches all begin within two vectors: by two loads and a shuffle. */
    private void pick(
            float[] padded, int[] origins, int j, int k, int deep, MemorySegment into, long at) {
        int origin = origins[j];
        VectorShuffle<Float> lanes =
                VectorShuffle.fromOp(
                        Tile.LANES,
                        lane -> {
                            int offset = origins[j + lane] - origin;
                            return offset < Tile.WIDTH ? offset : offset - Tile.COLUMNS;
                        });
        for (int i = 0; i < deep; i++) {
            int from = origin + taps[k + i];
            FloatVector.fromArray(Tile.LANES, padded, from)
                    .rearrange(lanes, FloatVector.fromArray(Tile.LANES, padded, from + Tile.WIDTH))
                    .intoMemorySegment(into, at + i * (long) Tile.ROW_BYTES, Tile.ORDER);
        }
    }

    /** Packs columns whose patches begin anywhere. */
    private void gather(
            float[] padded, int[] origins, int j, int k, int deep, MemorySegment into, long at) {
        for (int i = 0; i < deep; i++) {
            FloatVector.fromArray(Tile.LANES, padded, taps[k + i], origins, j)
                    .intoMemorySegment(into, at + i * (long) Tile.ROW_BYTES, Tile.ORDER);
        }
    }

    /** Adds the bias and writes columns from {@code first} on to where their images lie. */
    private void store(Accumulators sums, int first, int columns, float[] bias, float[] output) {
        int outputs = patches.origins().length;
        int run;
        for (int j = 0; j < columns; j += run) {
            int image = (first + j) / outputs;
            int p = (first + j) % outputs;
            run = Math.min(columns - j, outputs - p);
            for (int o = 0; o < filters; o++) {
                int to = (image * filters + o) * outputs + p;
                sums.copyPlus(bias[o], o, j, run, output, to);
            }
        }
    }
}
