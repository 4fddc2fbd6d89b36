package dev.assay.runtime.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.NvmlStatus;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The energy of one GPU of 700 W. */
final class EnergyCountTest {
    private final FakeGpu gpu = new FakeGpu();
    private final EnergyCount count = new EnergyCount(FakeGpu.ID, OptionalLong.of(FakeGpu.LIMIT));
    private final List<MeterEvent> events = new ArrayList<>();
    private long nanos = -5;

    private void readAfter(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
        count.read(gpu.read(), nanos, events::add);
    }

    @Test
    void counter_atTheFirstReading_countsNothingYet() {
        readAfter(0);
        assertThat(count.meteredMillijoules()).isZero();
    }

    @Test
    void counter_thatRises_isCountedFromTheFirstReading() {
        readAfter(0);
        gpu.energy(1_000_400);
        readAfter(1000);
        gpu.energy(1_000_900);
        readAfter(1000);
        assertThat(count.meteredMillijoules()).isEqualTo(900);
        assertThat(count.integratedMillijoules()).isZero();
        assertThat(events).isEmpty();
    }

    @Test
    void counter_thatBeginsAgain_goesOnFromWhatWasCounted() {
        readAfter(0);
        gpu.energy(1_000_400);
        readAfter(1000);
        gpu.energy(30);
        readAfter(1000);
        gpu.energy(70);
        readAfter(1000);
        assertThat(count.meteredMillijoules()).isEqualTo(400 + 30 + 40);
        assertThat(events).containsExactly(new MeterEvent.CounterReset(FakeGpu.ID, 1_000_400, 30));
    }

    /** What it fell to is more than the board draws in a second: it did not begin at 0. */
    @Test
    void counter_thatFallsALittle_countsNothingForIt() {
        gpu.energy(1_000_000_000);
        readAfter(0);
        gpu.energy(999_999_000);
        readAfter(1000);
        assertThat(count.meteredMillijoules()).isZero();
        gpu.energy(999_999_500);
        readAfter(1000);
        assertThat(count.meteredMillijoules()).isEqualTo(500);
        assertThat(events).hasSize(1);
    }

    @Test
    void counter_thatRisesByMoreThanCanBe_countsNothingForIt() {
        readAfter(0);
        gpu.energy(1_000_000_000_000L);
        readAfter(1000);
        gpu.energy(1_000_000_000_100L);
        readAfter(1000);
        assertThat(count.meteredMillijoules()).isEqualTo(100);
        assertThat(events)
                .containsExactly(
                        new MeterEvent.CounterReset(FakeGpu.ID, 1_000_000, 1_000_000_000_000L));
    }

    @Test
    void counter_notReadForAWhile_countsTheWhile() {
        readAfter(0);
        gpu.energy = new Answer.Refused<>(new NvmlStatus(999));
        readAfter(1000);
        readAfter(60_000);
        gpu.energy(41_000_000);
        readAfter(1000);
        assertThat(count.meteredMillijoules()).isEqualTo(40_000_000);
        assertThat(events).isEmpty();
    }

    /** 100 W, then 300 W, then 300 W: 200 J and 300 J. */
    @Test
    void power_withoutACounter_isIntegratedAsTrapezoids() {
        gpu.energy = new Answer.Unsupported<>();
        gpu.power = new Answer.Value<>(100_000L);
        readAfter(0);
        gpu.power = new Answer.Value<>(300_000L);
        readAfter(1000);
        readAfter(1000);
        assertThat(count.integratedMillijoules()).isEqualTo(500_000);
        assertThat(count.meteredMillijoules()).isZero();
    }

    @Test
    void power_readOften_losesNothingToRounding() {
        gpu.energy = new Answer.Unsupported<>();
        gpu.power = new Answer.Value<>(333L);
        readAfter(0);
        for (int i = 0; i < 3000; i++) {
            readAfter(1);
        }
        assertThat(count.integratedMillijoules()).isEqualTo(999);
    }

    @Test
    void power_notReadForAWhile_countsNothingForTheWhile() {
        gpu.energy = new Answer.Unsupported<>();
        gpu.power = new Answer.Value<>(100_000L);
        readAfter(0);
        readAfter(6000);
        assertThat(count.integratedMillijoules()).isZero();
        readAfter(1000);
        assertThat(count.integratedMillijoules()).isEqualTo(100_000);
    }

    /** A counter that refuses for a moment is still a counter. */
    @Test
    void power_ofAGpuWithACounter_isNotIntegrated() {
        gpu.power = new Answer.Value<>(100_000L);
        readAfter(0);
        gpu.energy = new Answer.Refused<>(new NvmlStatus(999));
        readAfter(1000);
        readAfter(1000);
        assertThat(count.integratedMillijoules()).isZero();
    }

    @Test
    void count_whateverIsRead_neverFalls() {
        for (long seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            EnergyCount any = new EnergyCount(FakeGpu.ID, OptionalLong.empty());
            long metered = 0;
            long integrated = 0;
            long at = random.nextLong();
            for (int i = 0; i < 200; i++) {
                gpu.energy =
                        switch (random.nextInt(4)) {
                            case 0 -> new Answer.Unsupported<>();
                            case 1 -> new Answer.Refused<>(new NvmlStatus(999));
                            case 2 -> new Answer.Value<>(random.nextLong() >>> 1);
                            default -> new Answer.Value<>((long) random.nextInt(1_000_000));
                        };
                gpu.power = new Answer.Value<>((long) random.nextInt() >>> 1);
                at += random.nextInt(2_000_000_000);
                any.read(gpu.read(), at, events::add);
                assertThat(any.meteredMillijoules()).as("seed %d", seed).isNotNegative();
                assertThat(any.meteredMillijoules()).isGreaterThanOrEqualTo(metered);
                assertThat(any.integratedMillijoules()).isGreaterThanOrEqualTo(integrated);
                metered = any.meteredMillijoules();
                integrated = any.integratedMillijoules();
            }
        }
    }
}
