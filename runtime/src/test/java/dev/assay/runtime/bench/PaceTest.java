package dev.assay.runtime.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

class PaceTest {
    private final AtomicLong nanos = new AtomicLong();

    private Pace pace(int warmUpSeconds, int roundSeconds, int rounds) {
        return new Pace(
                Duration.ofSeconds(warmUpSeconds),
                Duration.ofSeconds(roundSeconds),
                rounds,
                nanos::get);
    }

    @Test
    void rounds_ofDifferentSpeed_giveTheirMedianLeastAndMost() {
        List<Integer> seconds = List.of(9, 1, 4, 2, 5, 10); // the first warms up
        AtomicLong step = new AtomicLong();
        Measurement measurement =
                pace(1, 1, 5)
                        .measure(
                                Metric.GEMM_FP32,
                                "cpu",
                                "test",
                                () -> {
                                    int took = seconds.get((int) step.getAndIncrement());
                                    nanos.addAndGet(took * 1_000_000_000L);
                                    return 100;
                                });
        assertThat(measurement)
                .isEqualTo(new Measurement(Metric.GEMM_FP32, "cpu", "test", 25, 10, 100, 5));
    }

    @Test
    void rounds_ofAnEvenNumber_giveWhatIsHalfwayBetweenTheMiddleTwo() {
        List<Integer> seconds = List.of(1, 1, 2); // the first warms up
        AtomicLong step = new AtomicLong();
        Measurement measurement =
                pace(1, 1, 2)
                        .measure(
                                Metric.GEMM_FP32,
                                "cpu",
                                "test",
                                () -> {
                                    int took = seconds.get((int) step.getAndIncrement());
                                    nanos.addAndGet(took * 1_000_000_000L);
                                    return 100;
                                });
        assertThat(measurement.median()).isEqualTo(75);
    }

    @Test
    void round_ofShortSteps_repeatsThemForItsTime() {
        AtomicLong steps = new AtomicLong();
        pace(0, 1, 2)
                .measure(
                        Metric.DISK_READ,
                        "disk",
                        "test",
                        () -> {
                            nanos.addAndGet(300_000_000);
                            steps.incrementAndGet();
                            return 1;
                        });
        assertThat(steps).hasValue(1 + 4 + 4);
    }

    @Test
    void step_thatFails_endsTheMeasurement() {
        assertThatThrownBy(
                        () ->
                                pace(0, 1, 1)
                                        .measure(
                                                Metric.DISK_READ,
                                                "disk",
                                                "test",
                                                () -> {
                                                    throw new java.io.IOException("no disk");
                                                }))
                .hasMessage("no disk");
    }

    @Test
    void pace_withoutARound_isRefused() {
        assertThatThrownBy(() -> pace(0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
