package dev.assay.market.reputation;

import org.apache.commons.statistics.distribution.BetaDistribution;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A provider's score: the lower 5 % quantile of a Beta posterior over its weighted outcomes, each
 * of which counts half as much every 30 days. The prior is Beta(2, 1), as if one outcome had gone
 * well before: a new provider starts at √0.05 ≈ 0.22.
 */
public final class Reputation {
    private static final double PRIOR_GOOD = 2;
    private static final double PRIOR_BAD = 1;
    private static final double QUANTILE = 0.05;
    private static final double HALF_LIFE_MILLIS = Duration.ofDays(30).toMillis();

    private Reputation() {}

    /** The score at an instant, more than 0 and less than 1. */
    public static double score(List<Outcome> outcomes, Instant now) {
        double good = PRIOR_GOOD;
        double bad = PRIOR_BAD;
        for (Outcome outcome : outcomes) {
            double age = Math.max(0, Duration.between(outcome.at(), now).toMillis());
            double weight = outcome.weight() * Math.pow(0.5, age / HALF_LIFE_MILLIS);
            if (outcome.isGood()) {
                good += weight;
            } else {
                bad += weight;
            }
        }
        double quantile = BetaDistribution.of(good, bad).inverseCumulativeProbability(QUANTILE);
        return Math.max(quantile, Double.MIN_NORMAL);
    }
}
