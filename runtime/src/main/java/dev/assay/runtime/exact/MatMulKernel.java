package dev.assay.runtime.exact;

import dev.assay.runtime.exact.Workspace.Use;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The matrix product {@code [M, K] × [K, N] → [M, N]}, cache-blocked in the manner of GotoBLAS.
 *
 * <p>B is packed whole: once, when it is a parameter. C is cut into blocks of rows (and, when these
 * are too few for the threads, of columns), which threads take one by one. A thread packs its rows
 * of A for all k and then fills {@link #WIDE} columns of C at a time, so that this piece of C stays
 * in the second-level cache while block after block of k is added to it.
 *
 * @see <a href="https://doi.org/10.1145/1356052.1356053">Goto and van de Geijn, Anatomy of
 *     High-Performance Matrix Multiplication</a>
 */
final class MatMulKernel implements Kernel {
    private static final int WIDE = 64;
    private static final int MAX_ROWS = 480;
    private static final int MAX_PACKED = 1 << 23;

    /** Parts per thread: enough to even out threads of unequal speed. */
    private static final int PARTS = 2;

    /** The cost of packing an element, in multiply-adds. */
    private static final int PACKING = 16;

    private final int rowsPerBatch;
    private final int depth;
    private final int columns;
    private final boolean constant;
    private final int blocks;
    private final int filled;
    private final MemorySegment packed;

    /**
     * @param rowsPerBatch M when A has no batch axis, else 1
     * @param b the second input when it is a parameter
     */
    MatMulKernel(int rowsPerBatch, int depth, int columns, Optional<float[]> b) {
        this.rowsPerBatch = rowsPerBatch;
        this.depth = depth;
        this.columns = columns;
        this.constant = b.isPresent();
        this.blocks = Math.ceilDiv(depth, Panels.DEPTH);
        this.filled = Panels.filled(columns, Tile.COLUMNS);
        this.packed = Panels.allocate((long) depth * filled);
        b.ifPresent(
                values -> {
                    for (int i = 0; i < blocks; i++) {
                        pack(values, i);
                    }
                });
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        float[] a = inputs[0];
        if (!constant) {
            workspace.forEach(
                    blocks,
                    (long) depth * columns * PACKING,
                    (block, worker) -> pack(inputs[1], block));
        }
        int m = rows * rowsPerBatch;
        long work = (long) m * depth * columns;
        int parts = workspace.threads() == 1 ? 1 : PARTS * workspace.threads();
        int high = blockRows(m, parts);
        int rowBlocks = Math.ceilDiv(m, high);
        int wide = blockColumns(Math.ceilDiv(parts, rowBlocks));
        int columnBlocks = Math.ceilDiv(columns, wide);
        workspace.forEach(
                rowBlocks * columnBlocks,
                work,
                (index, worker) -> {
                    int row = index / columnBlocks * high;
                    int column = index % columnBlocks * wide;
                    block(a, row, Math.min(high, m - row), column, wide, output, workspace, worker);
                });
    }

    /** Rows of a block of C: few enough for the caches, enough blocks for the threads. */
    private int blockRows(int m, int parts) {
        int fitting = Math.clamp(MAX_PACKED / depth, Tile.ROWS, MAX_ROWS);
        int rowBlocks = Math.max(parts, Math.ceilDiv(m, fitting));
        return Panels.filled(Math.ceilDiv(m, rowBlocks), Tile.ROWS);
    }

    /** Columns of a block of C, for so many blocks side by side. */
    private int blockColumns(int blocksAcross) {
        return Panels.filled(Math.ceilDiv(columns, blocksAcross), Tile.COLUMNS);
    }

    /** Computes C's rows from {@code row} and columns from {@code column} on. */
    private void block(
            float[] a,
            int row,
            int rows,
            int column,
            int wide,
            float[] c,
            Workspace workspace,
            int worker) {
        float[] packedA = workspace.floats(worker, Use.ROWS, Panels.packedRows(rows, depth));
        Panels.packRows(a, row, rows, depth, packedA);
        int end = Math.min(column + wide, columns);
        for (int j = column; j < end; j += WIDE) {
            Accumulators sums = new Accumulators(rows, Math.min(WIDE, end - j), workspace, worker);
            for (int i = 0; i < blocks; i++) {
                int k = i * Panels.DEPTH;
                int deep = depthOf(i);
                int aAt = Panels.rowsOf(k, rows);
                long bAt = (long) k * filled + (long) j * deep;
                if (i < blocks - 1) {
                    sums.add(deep, packedA, aAt, packed, bAt);
                } else {
                    int cAt = row * columns + j;
                    sums.finish(deep, packedA, aAt, packed, bAt, c, cAt, columns);
                }
            }
        }
    }

    private int depthOf(int block) {
        return Math.min(Panels.DEPTH, depth - block * Panels.DEPTH);
    }

    private void pack(float[] b, int block) {
        int k = block * Panels.DEPTH;
        long to = (long) k * filled;
        Panels.packColumns(b, k * columns, columns, columns, depthOf(block), packed, to);
    }
}
