package dev.assay.verification.check;

import dev.assay.models.tensor.Tensor;

/**
 * How far an output computed on PyTorch may be from the exact engine's: {@code max|a − b| ≤ LIMIT ×
 * rms(b)} over a unit. The limit and how it was measured: docs/verification.md. A value that is not
 * finite is never accepted.
 */
public final class Tolerance {
    /**
     * Largest accepted ratio of the largest difference to the root mean square of the replayed
     * output.
     */
    public static final double LIMIT = 2e-5;

    private Tolerance() {}

    static boolean accepts(Tensor claimed, Tensor replayed) {
        return claimed.shape().equals(replayed.shape()) && distance(claimed, replayed) <= LIMIT;
    }

    /** {@code max|a − b| / rms(b)}; infinite when a value is not finite. */
    public static double distance(Tensor claimed, Tensor replayed) {
        float[] a = claimed.values();
        float[] b = replayed.values();
        double squares = 0;
        double worst = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = Math.abs((double) a[i] - b[i]);
            if (!Double.isFinite(difference)) {
                return Double.POSITIVE_INFINITY;
            }
            worst = Math.max(worst, difference);
            squares += (double) b[i] * b[i];
        }
        return worst == 0 ? 0 : worst / Math.sqrt(squares / b.length);
    }
}
