package dev.assay.runtime.exact;

import static dev.assay.runtime.exact.Panels.ROW_STRIDE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * The micro-kernels of the matrix product: a tile of C, {@link #ROWS} rows by {@link #COLUMNS}
 * columns, held in vector registers while it takes in {@code depth} products per element.
 *
 * <p>A lane is one element of C. At step k every lane of a row does {@code c = fma(a[row][k],
 * b[k][column], c)}, so each element is summed by fused multiply-add in ascending k whatever the
 * number of lanes is. A tile stored after one block of k and loaded before the next continues
 * exactly, because its accumulators are fp32 in a register as they are in memory.
 *
 * <p>Twenty-four accumulators, two vectors of B and one broadcast element of A fit the 32 registers
 * of AVX-512, and leave the load units room beside the multiply-adds. Machines with 16 registers
 * (AVX2) use the four-row tile, which everywhere also serves the last rows of a matrix.
 *
 * <p>Each method is one counted loop over local variables: the JIT keeps vectors in registers only
 * when nothing escapes. B is a memory segment because a segment can be aligned to cache lines; a
 * Java array cannot, and vectors that straddle two lines cost a fifth of the speed.
 */
final class Tile {
    static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

    /** Lanes of one vector. */
    static final int WIDTH = LANES.length();

    /** Columns of a tile. */
    static final int COLUMNS = 2 * WIDTH;

    /** Rows of a full tile. */
    static final int ROWS = WIDTH >= 16 ? 12 : 4;

    /** Rows of the small tile; the number of rows of a packed matrix is a multiple of it. */
    static final int SMALL_ROWS = 4;

    /** Bytes of one row of a tile. */
    static final int ROW_BYTES = COLUMNS * Float.BYTES;

    /** Of floats in packed memory. */
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Tile() {}

    /**
     * Continues a tile of {@link #ROWS} or {@link #SMALL_ROWS} rows through {@code depth} products.
     *
     * @param a the tile's rows, {@link Panels#ROW_STRIDE} apart, from {@code aAt}
     * @param b the tile's columns, packed {@code [depth][COLUMNS]}, from byte {@code bAt}
     * @param from the accumulators to begin with; row r is at {@code fromAt + r · fromStride}
     * @param to takes the accumulators; row r goes to {@code toAt + r · toStride}
     */
    static void multiply(
            int rows,
            int depth,
            float[] a,
            int aAt,
            MemorySegment b,
            long bAt,
            float[] from,
            int fromAt,
            int fromStride,
            float[] to,
            int toAt,
            int toStride) {
        if (rows == SMALL_ROWS) {
            multiply4(depth, a, aAt, b, bAt, from, fromAt, fromStride, to, toAt, toStride);
        } else {
            multiply12(depth, a, aAt, b, bAt, from, fromAt, fromStride, to, toAt, toStride);
        }
    }

    private static void multiply12(
            int depth,
            float[] a,
            int aAt,
            MemorySegment b,
            long bAt,
            float[] from,
            int fromAt,
            int fromStride,
            float[] to,
            int toAt,
            int toStride) {
        FloatVector l0 = FloatVector.fromArray(LANES, from, fromAt);
        FloatVector r0 = FloatVector.fromArray(LANES, from, fromAt + WIDTH);
        FloatVector l1 = FloatVector.fromArray(LANES, from, fromAt + fromStride);
        FloatVector r1 = FloatVector.fromArray(LANES, from, fromAt + fromStride + WIDTH);
        FloatVector l2 = FloatVector.fromArray(LANES, from, fromAt + 2 * fromStride);
        FloatVector r2 = FloatVector.fromArray(LANES, from, fromAt + 2 * fromStride + WIDTH);
        FloatVector l3 = FloatVector.fromArray(LANES, from, fromAt + 3 * fromStride);
        FloatVector r3 = FloatVector.fromArray(LANES, from, fromAt + 3 * fromStride + WIDTH);
        FloatVector l4 = FloatVector.fromArray(LANES, from, fromAt + 4 * fromStride);
        FloatVector r4 = FloatVector.fromArray(LANES, from, fromAt + 4 * fromStride + WIDTH);
        FloatVector l5 = FloatVector.fromArray(LANES, from, fromAt + 5 * fromStride);
        FloatVector r5 = FloatVector.fromArray(LANES, from, fromAt + 5 * fromStride + WIDTH);
        FloatVector l6 = FloatVector.fromArray(LANES, from, fromAt + 6 * fromStride);
        FloatVector r6 = FloatVector.fromArray(LANES, from, fromAt + 6 * fromStride + WIDTH);
        FloatVector l7 = FloatVector.fromArray(LANES, from, fromAt + 7 * fromStride);
        FloatVector r7 = FloatVector.fromArray(LANES, from, fromAt + 7 * fromStride + WIDTH);
        FloatVector l8 = FloatVector.fromArray(LANES, from, fromAt + 8 * fromStride);
        FloatVector r8 = FloatVector.fromArray(LANES, from, fromAt + 8 * fromStride + WIDTH);
        FloatVector l9 = FloatVector.fromArray(LANES, from, fromAt + 9 * fromStride);
        FloatVector r9 = FloatVector.fromArray(LANES, from, fromAt + 9 * fromStride + WIDTH);
        FloatVector l10 = FloatVector.fromArray(LANES, from, fromAt + 10 * fromStride);
        FloatVector r10 = FloatVector.fromArray(LANES, from, fromAt + 10 * fromStride + WIDTH);
        FloatVector l11 = FloatVector.fromArray(LANES, from, fromAt + 11 * fromStride);
        FloatVector r11 = FloatVector.fromArray(LANES, from, fromAt + 11 * fromStride + WIDTH);
        for (int k = 0; k < depth; k++) {
            long at = bAt + k * (long) ROW_BYTES;
            FloatVector left = FloatVector.fromMemorySegment(LANES, b, at, ORDER);
            FloatVector right = FloatVector.fromMemorySegment(LANES, b, at + ROW_BYTES / 2, ORDER);
            int row = aAt + k;
            FloatVector x = FloatVector.broadcast(LANES, a[row]);
            l0 = x.fma(left, l0);
            r0 = x.fma(right, r0);
            x = FloatVector.broadcast(LANES, a[row + ROW_STRIDE]);
            l1 = x.fma(left, l1);
            r1 = x.fma(right, r1);
            x = FloatVector.broadcast(LANES, a[row + 2 * ROW_STRIDE]);
            l2 = x.fma(left, l2);
            r2 = x.fma(right, r2);
            x = FloatVector.broadcast(LANES, a[row + 3 * ROW_STRIDE]);
            l3 = x.fma(left, l3);
            r3 = x.fma(right, r3);
            x = FloatVector.broadcast(LANES, a[row + 4 * ROW_STRIDE]);
            l4 = x.fma(left, l4);
            r4 = x.fma(right, r4);
            x = FloatVector.broadcast(LANES, a[row + 5 * ROW_STRIDE]);
            l5 = x.fma(left, l5);
            r5 = x.fma(right, r5);
            x = FloatVector.broadcast(LANES, a[row + 6 * ROW_STRIDE]);
            l6 = x.fma(left, l6);
            r6 = x.fma(right, r6);
            x = FloatVector.broadcast(LANES, a[row + 7 * ROW_STRIDE]);
            l7 = x.fma(left, l7);
            r7 = x.fma(right, r7);
            x = FloatVector.broadcast(LANES, a[row + 8 * ROW_STRIDE]);
            l8 = x.fma(left, l8);
            r8 = x.fma(right, r8);
            x = FloatVector.broadcast(LANES, a[row + 9 * ROW_STRIDE]);
            l9 = x.fma(left, l9);
            r9 = x.fma(right, r9);
            x = FloatVector.broadcast(LANES, a[row + 10 * ROW_STRIDE]);
            l10 = x.fma(left, l10);
            r10 = x.fma(right, r10);
            x = FloatVector.broadcast(LANES, a[row + 11 * ROW_STRIDE]);
            l11 = x.fma(left, l11);
            r11 = x.fma(right, r11);
        }
        l0.intoArray(to, toAt);
        r0.intoArray(to, toAt + WIDTH);
        l1.intoArray(to, toAt + toStride);
        r1.intoArray(to, toAt + toStride + WIDTH);
        l2.intoArray(to, toAt + 2 * toStride);
        r2.intoArray(to, toAt + 2 * toStride + WIDTH);
        l3.intoArray(to, toAt + 3 * toStride);
        r3.intoArray(to, toAt + 3 * toStride + WIDTH);
        l4.intoArray(to, toAt + 4 * toStride);
        r4.intoArray(to, toAt + 4 * toStride + WIDTH);
        l5.intoArray(to, toAt + 5 * toStride);
        r5.intoArray(to, toAt + 5 * toStride + WIDTH);
        l6.intoArray(to, toAt + 6 * toStride);
        r6.intoArray(to, toAt + 6 * toStride + WIDTH);
        l7.intoArray(to, toAt + 7 * toStride);
        r7.intoArray(to, toAt + 7 * toStride + WIDTH);
        l8.intoArray(to, toAt + 8 * toStride);
        r8.intoArray(to, toAt + 8 * toStride + WIDTH);
        l9.intoArray(to, toAt + 9 * toStride);
        r9.intoArray(to, toAt + 9 * toStride + WIDTH);
        l10.intoArray(to, toAt + 10 * toStride);
        r10.intoArray(to, toAt + 10 * toStride + WIDTH);
        l11.intoArray(to, toAt + 11 * toStride);
        r11.intoArray(to, toAt + 11 * toStride + WIDTH);
    }

    private static void multiply4(
            int depth,
            float[] a,
            int aAt,
            MemorySegment b,
            long bAt,
            float[] from,
            int fromAt,
            int fromStride,
            float[] to,
            int toAt,
            int toStride) {
        FloatVector l0 = FloatVector.fromArray(LANES, from, fromAt);
        FloatVector r0 = FloatVector.fromArray(LANES, from, fromAt + WIDTH);
        FloatVector l1 = FloatVector.fromArray(LANES, from, fromAt + fromStride);
        FloatVector r1 = FloatVector.fromArray(LANES, from, fromAt + fromStride + WIDTH);
        FloatVector l2 = FloatVector.fromArray(LANES, from, fromAt + 2 * fromStride);
        FloatVector r2 = FloatVector.fromArray(LANES, from, fromAt + 2 * fromStride + WIDTH);
        FloatVector l3 = FloatVector.fromArray(LANES, from, fromAt + 3 * fromStride);
        FloatVector r3 = FloatVector.fromArray(LANES, from, fromAt + 3 * fromStride + WIDTH);
        for (int k = 0; k < depth; k++) {
            long at = bAt + k * (long) ROW_BYTES;
            FloatVector left = FloatVector.fromMemorySegment(LANES, b, at, ORDER);
            FloatVector right = FloatVector.fromMemorySegment(LANES, b, at + ROW_BYTES / 2, ORDER);
            int row = aAt + k;
            FloatVector x = FloatVector.broadcast(LANES, a[row]);
            l0 = x.fma(left, l0);
            r0 = x.fma(right, r0);
            x = FloatVector.broadcast(LANES, a[row + ROW_STRIDE]);
            l1 = x.fma(left, l1);
            r1 = x.fma(right, r1);
            x = FloatVector.broadcast(LANES, a[row + 2 * ROW_STRIDE]);
            l2 = x.fma(left, l2);
            r2 = x.fma(right, r2);
            x = FloatVector.broadcast(LANES, a[row + 3 * ROW_STRIDE]);
            l3 = x.fma(left, l3);
            r3 = x.fma(right, r3);
        }
        l0.intoArray(to, toAt);
        r0.intoArray(to, toAt + WIDTH);
        l1.intoArray(to, toAt + toStride);
        r1.intoArray(to, toAt + toStride + WIDTH);
        l2.intoArray(to, toAt + 2 * toStride);
        r2.intoArray(to, toAt + 2 * toStride + WIDTH);
        l3.intoArray(to, toAt + 3 * toStride);
        r3.intoArray(to, toAt + 3 * toStride + WIDTH);
    }
}
