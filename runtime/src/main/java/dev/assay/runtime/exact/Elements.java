package dev.assay.runtime.exact;

import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.FloatVector;

/** Elementwise loops over ranges of arrays; each output element depends on one of each input. */
final class Elements {
    private Elements() {}

    /** {@code c[i] = a[i] + b} for {@code count} elements. */
    static void add(float[] a, int aAt, float b, float[] c, int cAt, int count) {
        int whole = Tile.LANES.loopBound(count);
        for (int i = 0; i < whole; i += Tile.WIDTH) {
            FloatVector.fromArray(Tile.LANES, a, aAt + i).add(b).intoArray(c, cAt + i);
        }
        for (int i = whole; i < count; i++) {
            c[cAt + i] = a[aAt + i] + b;
        }
    }

    /** {@code c[i] = a[i] + b[i]} for {@code count} elements. */
    static void add(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int count) {
        int whole = Tile.LANES.loopBound(count);
        for (int i = 0; i < whole; i += Tile.WIDTH) {
            FloatVector.fromArray(Tile.LANES, a, aAt + i)
                    .add(FloatVector.fromArray(Tile.LANES, b, bAt + i))
                    .intoArray(c, cAt + i);
        }
        for (int i = whole; i < count; i++) {
            c[cAt + i] = a[aAt + i] + b[bAt + i];
        }
    }

    /** {@code c[i] = a[i] · b} for {@code count} elements. */
    static void multiply(float[] a, int aAt, float b, float[] c, int cAt, int count) {
        int whole = Tile.LANES.loopBound(count);
        for (int i = 0; i < whole; i += Tile.WIDTH) {
            FloatVector.fromArray(Tile.LANES, a, aAt + i).mul(b).intoArray(c, cAt + i);
        }
        for (int i = whole; i < count; i++) {
            c[cAt + i] = a[aAt + i] * b;
        }
    }

    /** {@code c[i] = a[i] · b[i]} for {@code count} elements. */
    static void multiply(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int count) {
        int whole = Tile.LANES.loopBound(count);
        for (int i = 0; i < whole; i += Tile.WIDTH) {
            FloatVector.fromArray(Tile.LANES, a, aAt + i)
                    .mul(FloatVector.fromArray(Tile.LANES, b, bAt + i))
                    .intoArray(c, cAt + i);
        }
        for (int i = whole; i < count; i++) {
            c[cAt + i] = a[aAt + i] * b[bAt + i];
        }
    }

    /** {@code c[i] = a[i] ≤ 0 ? +0 : a[i]} from {@code begin} to before {@code end}; NaN stays. */
    static void relu(float[] a, float[] c, int begin, int end) {
        int whole = begin + Tile.LANES.loopBound(end - begin);
        for (int i = begin; i < whole; i += Tile.WIDTH) {
            FloatVector x = FloatVector.fromArray(Tile.LANES, a, i);
            x.blend(0f, x.compare(LE, 0f)).intoArray(c, i);
        }
        for (int i = whole; i < end; i++) {
            c[i] = a[i] <= 0f ? 0f : a[i];
        }
    }

    /** {@code c[i] = x[i] ≤ 0 ? +0 : dy[i]} from {@code begin} to before {@code end}. */
    static void reluGrad(float[] dy, float[] x, float[] c, int begin, int end) {
        int whole = begin + Tile.LANES.loopBound(end - begin);
        for (int i = begin; i < whole; i += Tile.WIDTH) {
            FloatVector.fromArray(Tile.LANES, dy, i)
                    .blend(0f, FloatVector.fromArray(Tile.LANES, x, i).compare(LE, 0f))
                    .intoArray(c, i);
        }
        for (int i = whole; i < end; i++) {
            c[i] = x[i] <= 0f ? 0f : dy[i];
        }
    }
}
