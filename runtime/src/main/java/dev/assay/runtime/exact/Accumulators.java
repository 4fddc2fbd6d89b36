package dev.assay.runtime.exact;

import java.lang.foreign.MemorySegment;

/**
 * A block of C while it is summed: whole tiles one behind the other, so that the block is dense in
 * the cache however wide C is.
 *
 * <pre>
 * [panel of columns][panel of rows][row of the panel][column of the panel]
 * </pre>
 *
 * <p>A panel of B stays in the caches next to the processor while all panels of A pass by it. The
 * first block of k starts from +0, whatever the memory holds; the last one may put tiles that lie
 * inside C right there.
 *
 * <p>A view of a worker's scratch memory.
 */
final class Accumulators {
    private static final float[] ZEROS = new float[Tile.COLUMNS];

    private final float[] sums;
    private final int rows;
    private final int columns;
    private boolean started;

    /** Sums of +0 for {@code rows × columns} elements of C. */
    Accumulators(int rows, int columns, Workspace workspace, int worker) {
        this.rows = rows;
        this.columns = columns;
        int size =
                Math.multiplyExact(
                        Panels.filled(rows, Tile.SMALL_ROWS), Panels.filled(columns, Tile.COLUMNS));
        this.sums = workspace.floats(worker, Workspace.Use.SUMS, size);
    }

    /**
     * Continues every sum through one block of k.
     *
     * @param a packed rows from {@code aAt}, see {@link Panels}
     * @param b packed columns from element {@code bAt}
     */
    void add(int depth, float[] a, int aAt, MemorySegment b, long bAt) {
        for (int column = 0; column < columns; column += Tile.COLUMNS) {
            int height;
            for (int row = 0; row < rows; row += height) {
                height = Panels.rowsAt(row, rows);
                int tile = index(row, column);
                add(height, row, column, depth, a, aAt, b, bAt, sums, tile, Tile.COLUMNS);
            }
        }
        started = true;
    }

    /** Like {@link #add}, for the last block of k: the sums go to C's rows and columns. */
    void finish(
            int depth,
            float[] a,
            int aAt,
            MemorySegment b,
            long bAt,
            float[] c,
            int cAt,
            int stride) {
        for (int column = 0; column < columns; column += Tile.COLUMNS) {
            int width = Math.min(Tile.COLUMNS, columns - column);
            int height;
            for (int row = 0; row < rows; row += height) {
                height = Panels.rowsAt(row, rows);
                int at = cAt + row * stride + column;
                if (row + height <= rows && width == Tile.COLUMNS) {
                    add(height, row, column, depth, a, aAt, b, bAt, c, at, stride);
                } else {
                    int tile = index(row, column);
                    add(height, row, column, depth, a, aAt, b, bAt, sums, tile, Tile.COLUMNS);
                    for (int r = 0; r < Math.min(height, rows - row); r++) {
                        System.arraycopy(sums, tile + r * Tile.COLUMNS, c, at + r * stride, width);
                    }
                }
            }
        }
    }

    private void add(
            int height,
            int row,
            int column,
            int depth,
            float[] a,
            int aAt,
            MemorySegment b,
            long bAt,
            float[] to,
            int toAt,
            int toStride) {
        Tile.multiply(
                height,
                depth,
                a,
                aAt + row * Panels.ROW_STRIDE,
                b,
                (bAt + (long) column * depth) * Float.BYTES,
                started ? sums : ZEROS,
                started ? index(row, column) : 0,
                started ? Tile.COLUMNS : 0,
                to,
                toAt,
                toStride);
    }

    /**
     * Copies {@code count} sums of a row, with {@code bias} added, to {@code c} from {@code at}.
     */
    void copyPlus(float bias, int row, int column, int count, float[] c, int at) {
        int run;
        for (int done = 0; done < count; done += run) {
            int from = column + done;
            run = Math.min(count - done, Tile.COLUMNS - from % Tile.COLUMNS);
            Elements.add(sums, index(row, from), bias, c, at + done, run);
        }
    }

    private int index(int row, int column) {
        int inPanel = column % Tile.COLUMNS;
        int height = Panels.filled(rows, Tile.SMALL_ROWS);
        return (column - inPanel) * height + row * Tile.COLUMNS + inPanel;
    }
}
