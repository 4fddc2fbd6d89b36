package dev.assay.runtime.exact;

import dev.assay.runtime.exact.Workspace.Use;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The gradient of a convolution's filters as a matrix product: {@code dY} as {@code [O, N·OH·OW]}
 * times patches as {@code [N·OH·OW, C·KH·KW]}, the k of the product being n, oh, ow in this order.
 * Neither matrix is ever whole: a thread copies one block of k of both into the panels that the
 * product reads.
 */
final class ConvWeightGradKernel implements Kernel {
    private static final int WIDE = 256;
    private static final int HIGH = 480;

    /** Parts per thread: enough to even out threads of unequal speed. */
    private static final int PARTS = 2;

    private final int imagesPerBatch;
    private final int channels;
    private final int filters;
    private final Patches patches;
    private final int columns;

    /** {@link ConvKernel#taps}, and the last one again for the columns that fill up a tile. */
    private final int[] taps;

    /**
     * @param imagesPerBatch N when there is no batch axis, else 1
     */
    ConvWeightGradKernel(int imagesPerBatch, int channels, int filters, Patches patches) {
        this.imagesPerBatch = imagesPerBatch;
        this.channels = channels;
        this.filters = filters;
        this.patches = patches;
        int[] taps = ConvKernel.taps(channels, patches);
        this.columns = taps.length;
        this.taps = Arrays.copyOf(taps, Panels.filled(columns, Tile.COLUMNS));
        Arrays.fill(this.taps, columns, this.taps.length, taps[columns - 1]);
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        int images = rows * imagesPerBatch;
        float[] padded =
                patches.unpadded()
                        ? inputs[1]
                        : patches.padded(inputs[1], 0, images * channels, workspace);
        int depth = Math.multiplyExact(images, patches.origins().length);
        int parts = workspace.threads() == 1 ? 1 : PARTS * workspace.threads();
        int wide = Math.min(WIDE, Panels.filled(Math.ceilDiv(columns, parts), Tile.COLUMNS));
        int across = Math.ceilDiv(columns, wide);
        workspace.forEach(
                across * Math.ceilDiv(filters, HIGH),
                (long) depth * columns * filters,
                (index, worker) -> {
                    int column = index % across * wide;
                    int row = index / across * HIGH;
                    Block block =
                            new Block(
                                    row,
                                    Math.min(HIGH, filters - row),
                                    column,
                                    Math.min(wide, columns - column));
                    block(block, depth, inputs[0], padded, output, workspace, worker);
                });
    }

    /** A part of the output. */
    private record Block(int row, int rows, int column, int columns) {}

    private void block(
            Block block,
            int depth,
            float[] dy,
            float[] padded,
            float[] output,
            Workspace workspace,
            int worker) {
        int filled = Panels.filled(block.columns(), Tile.COLUMNS);
        float[] a =
                workspace.floats(worker, Use.ROWS, Panels.packedRows(block.rows(), Panels.DEPTH));
        MemorySegment b = workspace.panels(worker, (long) Panels.DEPTH * filled);
        int[] begins = workspace.ints(worker, Panels.DEPTH);
        Accumulators sums = new Accumulators(block.rows(), block.columns(), workspace, worker);
        for (int k = 0; k < depth; k += Panels.DEPTH) {
            int deep = Math.min(Panels.DEPTH, depth - k);
            packRows(dy, block, k, deep, a);
            begins(k, deep, begins);
            packPatches(padded, block.column(), filled, begins, deep, b);
            if (k + deep < depth) {
                sums.add(deep, a, 0, b, 0);
            } else {
                int at = block.row() * columns + block.column();
                sums.finish(deep, a, 0, b, 0, output, at, columns);
            }
        }
    }

    /** Copies columns {@code k} to {@code k + deep} of dY's rows, image by image. */
    private void packRows(float[] dy, Block block, int k, int deep, float[] into) {
        int outputs = patches.origins().length;
        int run;
        for (int done = 0; done < deep; done += run) {
            int image = (k + done) / outputs;
            int p = (k + done) % outputs;
            run = Math.min(deep - done, outputs - p);
            for (int row = 0; row < block.rows(); row++) {
                int from = (image * filters + block.row() + row) * outputs + p;
                System.arraycopy(dy, from, into, row * Panels.ROW_STRIDE + done, run);
            }
        }
    }

    /** Where the patches of rows {@code k} to {@code k + deep} begin in the padded images. */
    private void begins(int k, int deep, int[] begins) {
        int[] origins = patches.origins();
        int imageSize = channels * patches.planeSize();
        int image = k / origins.length * imageSize;
        int p = k % origins.length;
        for (int i = 0; i < deep; i++) {
            begins[i] = image + origins[p];
            if (++p == origins.length) {
                p = 0;
                image += imageSize;
            }
        }
    }

    /** Copies the patches that begin at {@code begins}, one a row, into panels of columns. */
    private void packPatches(
            float[] padded, int column, int filled, int[] begins, int deep, MemorySegment into) {
        for (int j = 0; j < filled; j += Tile.WIDTH) {
            long at = ((long) (j - j % Tile.COLUMNS) * deep + j % Tile.COLUMNS) * Float.BYTES;
            int first = column + j;
            int span = taps[first + Tile.WIDTH - 1] - taps[first];
            int end = begins[deep - 1] + taps[first] + Tile.COLUMNS;
            if (span < Tile.COLUMNS && end <= padded.length) {
                pick(padded, first, begins, deep, into, at);
            } else {
                gather(padded, first, begins, deep, into, at);
            }
        }
    }

    /** Packs columns whose taps all lie within two vectors: by two loads and a shuffle. */
    private void pick(
            float[] padded, int first, int[] begins, int deep, MemorySegment into, long at) {
        int tap = taps[first];
        VectorShuffle<Float> lanes =
                VectorShuffle.fromOp(
                        Tile.LANES,
                        lane -> {
                            int offset = taps[first + lane] - tap;
                            return offset < Tile.WIDTH ? offset : offset - Tile.COLUMNS;
                        });
        for (int i = 0; i < deep; i++) {
            int from = begins[i] + tap;
            FloatVector.fromArray(Tile.LANES, padded, from)
                    .rearrange(lanes, FloatVector.fromArray(Tile.LANES, padded, from + Tile.WIDTH))
                    .intoMemorySegment(into, at + i * (long) Tile.ROW_BYTES, Tile.ORDER);
        }
    }

    /** Packs columns whose taps lie anywhere. */
    private void gather(
            float[] padded, int first, int[] begins, int deep, MemorySegment into, long at) {
        for (int i = 0; i < deep; i++) {
            FloatVector.fromArray(Tile.LANES, padded, begins[i], taps, first)
                    .intoMemorySegment(into, at + i * (long) Tile.ROW_BYTES, Tile.ORDER);
        }
    }
}
