package dev.assay.market.reputation;

import java.time.Instant;

/** How one of a provider's leases ended. */
public record Outcome(Kind kind, Instant at) {
    /** What happened, whether it speaks for the provider, and how much it weighs. */
    public enum Kind {
        /** The result passed its check. */
        VERIFIED(true, 1),
        /** Nobody checked the result within the challenge window. */
        UNCHALLENGED(true, 0.25),
        /** The attempt failed by the provider's fault. */
        FAILED(false, 1),
        /** The provider did not start, or did not come back. */
        LOST(false, 2),
        /** The result was wrong, and that was reproduced. */
        AUDIT_FAILED(false, 10);

        private final boolean good;
        private final double weight;

        Kind(boolean good, double weight) {
            this.good = good;
            this.weight = weight;
        }
    }

    boolean isGood() {
        return kind.good;
    }

    double weight() {
        return kind.weight;
    }
}
