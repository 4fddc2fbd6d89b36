package dev.assay.runtime.exact;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The packed layouts of the matrix product's operands.
 *
 * <p>The products of an element of C are taken in blocks of {@link #DEPTH}. Within a block:
 *
 * <pre>
 * A: [row][k]                rows {@link #ROW_STRIDE} apart
 * B: [panel][k][column of the panel]
 * </pre>
 *
 * The rows of A are merely copied: to a stride that the tile's loop knows as a constant, and that
 * is no power of two, lest all rows of a tile fall into one set of the cache. The columns of B
 * stand in panels of {@link Tile#COLUMNS}, so that a tile reads them in one stream; a panel that
 * begins at column j of a block of depth d is at {@code j · d}.
 *
 * <p>Rows and columns that fill up the last tiles hold anything; their sums are thrown away. k is
 * never filled up, because adding a zero product turns −0 into +0.
 */
final class Panels {
    /** Products in one block: many beside the loading and storing of a tile's accumulators. */
    static final int DEPTH = 512;

    /** From one row of a packed block of A to the next. */
    static final int ROW_STRIDE = DEPTH + 16;

    private static final long CACHE_LINE = 64;

    private Panels() {}

    /** Rows or columns of a panelled block: {@code count} rounded up to a multiple. */
    static int filled(int count, int multiple) {
        return Math.multiplyExact(Math.ceilDiv(count, multiple), multiple);
    }

    /** Rows of A in the panel that begins at {@code row}, of {@code rows} in all. */
    static int rowsAt(int row, int rows) {
        return filled(rows - row, Tile.SMALL_ROWS) < Tile.ROWS ? Tile.SMALL_ROWS : Tile.ROWS;
    }

    /** Zeroed memory for panels of columns; the garbage collector frees it. */
    static MemorySegment allocate(long elements) {
        return Arena.ofAuto().allocate(Math.multiplyExact(elements, Float.BYTES), CACHE_LINE);
    }

    /** Elements of a packed matrix A. */
    static int packedRows(int rows, int depth) {
        int blocks = Math.ceilDiv(depth, DEPTH);
        return Math.multiplyExact(
                Math.multiplyExact(blocks, filled(rows, Tile.SMALL_ROWS)), ROW_STRIDE);
    }

    /** Where the block of A that begins at k is in a packed matrix. */
    static int rowsOf(int k, int rows) {
        return k / DEPTH * filled(rows, Tile.SMALL_ROWS) * ROW_STRIDE;
    }

    /** Packs rows of the row-major matrix A, {@code [.., depth]}, from row {@code first} on. */
    static void packRows(float[] a, int first, int rows, int depth, float[] into) {
        for (int k = 0; k < depth; k += DEPTH) {
            int block = rowsOf(k, rows);
            int deep = Math.min(DEPTH, depth - k);
            for (int row = 0; row < rows; row++) {
                int from = (first + row) * depth + k;
                System.arraycopy(a, from, into, block + row * ROW_STRIDE, deep);
            }
        }
    }

    /**
     * Packs a block of B.
     *
     * @param b row-major; the block's first element is at {@code at}
     * @param into gets {@code filled(columns, COLUMNS) · depth} elements from {@code intoAt}
     */
    static void packColumns(
            float[] b,
            int at,
            int stride,
            int columns,
            int depth,
            MemorySegment into,
            long intoAt) {
        for (int column = 0; column < columns; column += Tile.COLUMNS) {
            int present = Math.min(Tile.COLUMNS, columns - column);
            long panel = intoAt + (long) column * depth;
            for (int k = 0; k < depth; k++) {
                MemorySegment.copy(
                        b,
                        at + k * stride + column,
                        into,
                        ValueLayout.JAVA_FLOAT,
                        (panel + (long) k * Tile.COLUMNS) * Float.BYTES,
                        present);
            }
        }
    }
}
