package dev.assay.verification.check;

import dev.assay.models.tensor.Tensor;

/**
 * How far an output computed on PyTorch may be from the exact engine's: {@code max|a − b| ≤ LIMIT ×
 * rms(b)} over a unit. The limit and how it was measured: docs/verification.md. A value that is not
 * finite must be the same in both, and does not count for the rms.
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

    /** {@code max|a − b| / rms(b)}; infinite when a value that is not finite differs. */
    public static double distance(Tensor claimed, Tensor replayed) {
        float[] a = claimed.values();
        float[] b = replayed.values();
        double squares = 0;
        double worst = 0;
        int finite = 0;
        for (int i = 0; i < a.length; i++) {
            if (Float.isFinite(a[i]) && Float.isFinite(b[i])) {
                worst = Math.max(worst, Math.abs((double) a[i] - b[i]));
                squares += (double) b[i] * b[i];
                finite++;
            } else if (Float.compare(a[i], b[i]) != 0) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return worst == 0 ? 0 : worst / Math.sqrt(squares / finite);
    }
}
