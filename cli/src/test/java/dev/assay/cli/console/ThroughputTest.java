package dev.assay.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class ThroughputTest {
    private final Throughput throughput = new Throughput();

    private void report(long done, long millis) {
        throughput.report(done, 1000, Duration.ofMillis(millis));
    }

    @Test
    void rate_beforeTwoReportsOfTheSteadyPart_isUnknown() {
        report(10, 5_000);
        report(99, 6_000);
        report(100, 7_000);
        assertThat(throughput.perSecond()).isEmpty();
    }

    @Test
    void rate_afterASlowBeginning_isThatOfTheRest() {
        report(1, 9_000);
        report(100, 10_000);
        report(500, 11_000);
        assertThat(throughput.perSecond()).hasValue(400);
        report(1000, 12_250);
        assertThat(throughput.perSecond()).hasValue(400);
    }

    @Test
    void rate_ofWorkThatGoesOnFromTheMiddle_countsOnlyWhatWasDoneSince() {
        report(600, 0);
        report(700, 1_000);
        assertThat(throughput.perSecond()).hasValue(100);
    }

    @Test
    void report_withoutProgressOrTime_changesNothing() {
        report(200, 1_000);
        report(300, 1_000);
        assertThat(throughput.perSecond()).isEmpty();
        report(300, 2_000);
        report(300, 3_000);
        assertThat(throughput.perSecond()).hasValue(100.0 / 2);
    }
}
