package dev.assay.market.reputation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.market.reputation.Outcome.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

class ReputationTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 1_000})
    void score_onlyVerifiedResults_isTheClosedFormOfBeta(int verified) {
        // The quantile p of Beta(a, 1) is p^(1/a).
        assertThat(Reputation.score(times(verified, Kind.VERIFIED, NOW), NOW))
                .isCloseTo(Math.pow(0.05, 1.0 / (2 + verified)), within(1e-9));
    }

    @Test
    void score_newProvider_isLowButNotZero() {
        assertThat(Reputation.score(List.of(), NOW)).isBetween(0.2, 0.25);
    }

    @Test
    void score_thirtyDaysLater_countsHalf() {
        Instant before = NOW.minus(Duration.ofDays(30));

        assertThat(Reputation.score(times(20, Kind.VERIFIED, before), NOW))
                .isCloseTo(Reputation.score(times(10, Kind.VERIFIED, NOW), NOW), within(1e-9));
    }

    @Test
    void score_anyBadOutcome_lowersIt() {
        double before = Reputation.score(times(10, Kind.VERIFIED, NOW), NOW);
        double last = before;
        for (Kind bad : List.of(Kind.FAILED, Kind.LOST, Kind.AUDIT_FAILED)) {
            List<Outcome> outcomes = new ArrayList<>(times(10, Kind.VERIFIED, NOW));
            outcomes.add(new Outcome(bad, NOW));
            double score = Reputation.score(outcomes, NOW);
            assertThat(score).isLessThan(last).isPositive();
            last = score;
        }
    }

    @Test
    void score_afterManyFailedAudits_staysAboveZero() {
        assertThat(Reputation.score(times(10_000, Kind.AUDIT_FAILED, NOW), NOW)).isPositive();
    }

    @Test
    void score_outcomeFromTheFuture_countsAsNow() {
        assertThat(Reputation.score(times(1, Kind.VERIFIED, NOW.plusSeconds(60)), NOW))
                .isEqualTo(Reputation.score(times(1, Kind.VERIFIED, NOW), NOW));
    }

    private static List<Outcome> times(int count, Kind kind, Instant at) {
        return Collections.nCopies(count, new Outcome(kind, at));
    }
}
