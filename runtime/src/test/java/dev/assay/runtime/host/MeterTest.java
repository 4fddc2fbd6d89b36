package dev.assay.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

final class MeterTest {
    private final AtomicLong clock = new AtomicLong(17);

    @Test
    void sample_ofABusyProcess_isTheDifferenceToTheStart() {
        Meter meter = meter(usage(1000, 50, 50), usage(1250, 60, 80));
        meter.addRows(64);
        meter.addRows(36);
        clock.addAndGet(2_000_000);
        assertThat(meter.sample())
                .isEqualTo(new UsageSample(Duration.ofMillis(2), Duration.ofMillis(250), 80, 100));
    }

    @Test
    void peak_reachedBeforeTheStart_isNotTheAttempts() {
        Meter meter = meter(usage(0, 50, 900), usage(0, 70, 900), usage(0, 60, 900));
        meter.sample();
        assertThat(meter.sample().peakMemoryBytes()).isEqualTo(70);
    }

    @Test
    void sample_afterTheProcessEnded_keepsItsLastValuesWhileTimeGoesOn() {
        Meter meter = meter(usage(10, 50, 50), usage(30, 60, 60));
        meter.sample();
        clock.addAndGet(5_000_000);
        assertThat(meter.sample())
                .isEqualTo(new UsageSample(Duration.ofMillis(5), Duration.ofMillis(20), 60, 0));
    }

    @Test
    void addRows_negative_isRefused() {
        Meter meter = meter();
        assertThatThrownBy(() -> meter.addRows(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sample_ofThisProcess_countsWorkThatItDid() {
        Meter meter = Meter.start(ProcessProbe.ofThisProcess());
        long end = System.nanoTime() + 300_000_000;
        long spins = 0;
        while (System.nanoTime() < end) {
            spins++;
        }
        UsageSample sample = meter.sample();
        assertThat(spins).isPositive();
        assertThat(sample.wall()).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        assertThat(sample.cpu()).isGreaterThanOrEqualTo(Duration.ofMillis(30));
        assertThat(sample.peakMemoryBytes()).isGreaterThan(1 << 20);
    }

    @Test
    void probe_ofAProcessThatEnded_readsNothing() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        assertThat(ProcessProbe.of(process.pid()).read()).isEmpty();
    }

    @Test
    void hostFacts_ofThisMachine_arePlausible() {
        HostFacts facts = HostFacts.read();
        assertThat(facts.os()).contains(System.getProperty("os.arch"));
        assertThat(facts.cpuModel()).isNotBlank();
        assertThat(facts.logicalCores())
                .isGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(facts.memoryBytes()).isGreaterThan(256L << 20);
    }

    private Meter meter(ProcessUsage... readings) {
        Queue<ProcessUsage> queue = new ArrayDeque<>(List.of(readings));
        return Meter.start(() -> Optional.ofNullable(queue.poll()), clock::get);
    }

    private static ProcessUsage usage(long cpuMillis, long resident, long peak) {
        return new ProcessUsage(Duration.ofMillis(cpuMillis), resident, peak);
    }
}
