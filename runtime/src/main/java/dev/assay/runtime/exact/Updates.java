package dev.assay.runtime.exact;

import jdk.incubator.vector.FloatVector;

/**
 * The loops of {@link dev.assay.models.graph.UpdateOperator}: each element is computed by exactly
 * the operations of its formula there, in a lane or alone.
 */
final class Updates {
    private Updates() {}

    /** {@code (V, G, alpha)} → {@code fma(alpha, v, g)}. */
    static void momentum(float[][] in, float[] out, int begin, int end) {
        fma(in[0], in[2][0], in[1], out, begin, end);
    }

    /** {@code (X, D, R)} → {@code fma(−r, d, x)}. */
    static void gradientDescent(float[][] in, float[] out, int begin, int end) {
        fma(in[1], -in[2][0], in[0], out, begin, end);
    }

    /** {@code c[i] = fma(factor, a[i], b[i])}. */
    private static void fma(float[] a, float factor, float[] b, float[] c, int begin, int end) {
        FloatVector factors = FloatVector.broadcast(Tile.LANES, factor);
        int whole = begin + Tile.LANES.loopBound(end - begin);
        for (int i = begin; i < whole; i += Tile.WIDTH) {
            factors.fma(
                            FloatVector.fromArray(Tile.LANES, a, i),
                            FloatVector.fromArray(Tile.LANES, b, i))
                    .intoArray(c, i);
        }
        for (int i = whole; i < end; i++) {
            c[i] = Math.fma(factor, a[i], b[i]);
        }
    }

    /** {@code (M, G, beta)} → {@code fma(beta, m, (1 − beta) · g)}. */
    static void movingAverage(float[][] in, float[] out, int begin, int end) {
        float beta = in[2][0];
        float rest = 1f - beta;
        FloatVector betas = FloatVector.broadcast(Tile.LANES, beta);
        int whole = begin + Tile.LANES.loopBound(end - begin);
        for (int i = begin; i < whole; i += Tile.WIDTH) {
            FloatVector fresh = FloatVector.fromArray(Tile.LANES, in[1], i).mul(rest);
            betas.fma(FloatVector.fromArray(Tile.LANES, in[0], i), fresh).intoArray(out, i);
        }
        for (int i = whole; i < end; i++) {
            out[i] = Math.fma(beta, in[0][i], rest * in[1][i]);
        }
    }

    /** {@code (X, V, H, R, epsilon)} → {@code x − (r · v) / (√h + epsilon)}. */
    static void adam(float[][] in, float[] out, int begin, int end) {
        float rate = in[3][0];
        float epsilon = in[4][0];
        int whole = begin + Tile.LANES.loopBound(end - begin);
        for (int i = begin; i < whole; i += Tile.WIDTH) {
            FloatVector step = FloatVector.fromArray(Tile.LANES, in[1], i).mul(rate);
            FloatVector scale = FloatVector.fromArray(Tile.LANES, in[2], i).sqrt().add(epsilon);
            FloatVector.fromArray(Tile.LANES, in[0], i).sub(step.div(scale)).intoArray(out, i);
        }
        for (int i = whole; i < end; i++) {
            float scale = (float) Math.sqrt(in[2][i]) + epsilon;
            out[i] = in[0][i] - rate * in[1][i] / scale;
        }
    }
}
