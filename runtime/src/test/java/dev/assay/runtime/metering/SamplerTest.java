package dev.assay.runtime.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.host.ProcessProbe;
import dev.assay.runtime.host.ProcessUsage;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.EccErrors;
import dev.assay.runtime.nvml.RemappedRows;
import dev.assay.runtime.nvml.ThrottleReason;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Meters over processes, GPUs and clocks that a test moves. */
final class SamplerTest {
    private static final GpuId SECOND = new GpuId("GPU-11111111-1111-2222-3333-444444444444");
    private static final GpuId INSTANCE = new GpuId("MIG-aaaaaaaa-1111-2222-3333-444444444444");
    private static final ProcessProbe IDLE = () -> Optional.of(process(0, 0, 0));

    private long nanos = Long.MAX_VALUE - 7; // monotonic clocks may wrap
    private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
    private final FakeGpu gpu = new FakeGpu();
    private final FakeGpu other = new FakeGpu();
    private final Map<GpuId, FakeGpu> machine =
            new HashMap<>(Map.of(FakeGpu.ID, gpu, SECOND, other, INSTANCE, new FakeGpu()));
    private final List<MeterEvent> events = new ArrayList<>();
    private Optional<ProcessUsage> process = Optional.of(process(0, 0, 0));

    private final Sampler sampler =
            new Sampler(new Clocks(() -> nanos, () -> wall), FakeGpu.machine(machine));

    private static ProcessUsage process(long cpuMillis, long resident, long peak) {
        return new ProcessUsage(Duration.ofMillis(cpuMillis), resident, peak);
    }

    private Meter begin(GpuId... gpus) {
        return begin(Usage.NONE, gpus);
    }

    private Meter begin(Usage base, GpuId... gpus) {
        Meter meter = sampler.begin(new Metered(base, () -> process, List.of(gpus), events::add));
        sampler.tick();
        return meter;
    }

    /** Both clocks go on, then everything is read. */
    private void pass(Duration time) {
        nanos += time.toNanos();
        wall = wall.plus(time);
        sampler.tick();
    }

    private void second() {
        pass(Duration.ofSeconds(1));
    }

    @Test
    void processorTime_ofABusyProcess_isTheDifferenceToTheStart() {
        process = Optional.of(process(1000, 50, 50));
        Meter meter = begin();
        process = Optional.of(process(1250, 60, 80));
        pass(Duration.ofMillis(2));
        assertThat(meter.sample())
                .isEqualTo(
                        new UsageSample(
                                Duration.ofMillis(2), Duration.ofMillis(250), 80, GpuUsage.NONE));
    }

    @Test
    void memory_reachedBeforeTheStart_isNotTheAttempts() {
        process = Optional.of(process(0, 50, 900));
        Meter meter = begin();
        process = Optional.of(process(0, 70, 900));
        second();
        process = Optional.of(process(0, 60, 900));
        assertThat(meter.sample().peakMemoryBytes()).isEqualTo(70);
    }

    @Test
    void process_thatEnded_keepsItsLastValuesWhileTimeGoesOn() {
        Meter meter = begin();
        process = Optional.of(process(20, 60, 60));
        second();
        process = Optional.empty();
        second();
        assertThat(meter.sample())
                .isEqualTo(
                        new UsageSample(
                                Duration.ofSeconds(2), Duration.ofMillis(20), 60, GpuUsage.NONE));
    }

    @Test
    void processorTime_thatFalls_keepsItsLastValue() {
        Meter meter = begin();
        process = Optional.of(process(500, 1, 1));
        second();
        process = Optional.of(process(100, 1, 1));
        second();
        assertThat(meter.sample().cpu()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void meter_withABase_goesOnFromItInEveryQuantity() {
        Usage base =
                new Usage(
                        Duration.ofSeconds(100),
                        Duration.ofSeconds(50),
                        1000,
                        new GpuUsage(7000, 80, Duration.ofSeconds(9), 600),
                        1,
                        2,
                        3);
        process = Optional.of(process(10_000, 1, 1));
        gpu.memory = FakeGpu.used(500);
        Meter meter = begin(base, FakeGpu.ID);
        assertThat(meter.sample())
                .isEqualTo(
                        new UsageSample(
                                base.wall(), base.cpu(), base.peakMemoryBytes(), base.gpu()));
        gpu.energy(1_000_250);
        gpu.busy(50);
        gpu.memory = FakeGpu.used(700);
        process = Optional.of(process(10_250, 2000, 2000));
        second();
        assertThat(meter.sample())
                .isEqualTo(
                        new UsageSample(
                                Duration.ofSeconds(101),
                                Duration.ofMillis(50_250),
                                2000,
                                new GpuUsage(7250, 80, Duration.ofMillis(9500), 700)));
    }

    @Test
    void gpus_ofAnAttempt_areAddedUp() {
        gpu.memory = FakeGpu.used(100);
        other.memory = FakeGpu.used(1000);
        other.energy = new Answer.Unsupported<>();
        other.power = new Answer.Value<>(100_000L);
        Meter meter = begin(FakeGpu.ID, SECOND);
        gpu.energy(1_000_300);
        gpu.busy(100);
        other.busy(25);
        second();
        assertThat(meter.sample().gpu())
                .isEqualTo(new GpuUsage(300, 100_000, Duration.ofMillis(1250), 1100));
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().text())
                .isEqualTo(
                        "energy of "
                                + SECOND
                                + " is not metered: it has no counter; its power is integrated"
                                + " instead");
    }

    /** At no moment did both hold much. */
    @Test
    void gpuMemory_peak_isThatOfOneMoment() {
        gpu.memory = FakeGpu.used(1000);
        Meter meter = begin(FakeGpu.ID, SECOND);
        gpu.memory = FakeGpu.used(0);
        other.memory = FakeGpu.used(900);
        second();
        assertThat(meter.sample().gpu().peakMemoryBytes()).isEqualTo(1000);
    }

    @Test
    void busyTime_betweenReadingsFarApart_isNotMadeUp() {
        Meter meter = begin(FakeGpu.ID);
        gpu.busy(100);
        pass(Duration.ofMinutes(1));
        assertThat(meter.sample().gpu().busy()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void gpu_thatIsLost_keepsWhatItCountedAndIsToldOnce() {
        gpu.memory = FakeGpu.used(800);
        Meter meter = begin(FakeGpu.ID, SECOND);
        gpu.energy(1_000_500);
        gpu.busy(100);
        second();
        gpu.lose();
        second();
        other.energy(1_000_020);
        second();
        assertThat(meter.sample().gpu())
                .isEqualTo(new GpuUsage(520, 0, Duration.ofSeconds(1), 800));
        assertThat(events)
                .containsExactly(new MeterEvent.GpuLost(FakeGpu.ID, "NVML says GPU_IS_LOST (15)"));
    }

    @Test
    void gpu_thatIsNotThere_isLost() {
        begin(new GpuId("GPU-99"));
        assertThat(events)
                .containsExactly(new MeterEvent.GpuLost(new GpuId("GPU-99"), "not in this test"));
    }

    @Test
    void gpu_onAMachineThatReadsNone_isNotMetered() {
        Sampler blind = new Sampler(new Clocks(() -> nanos, () -> wall), FakeGpu::none);
        Meter meter = blind.begin(new Metered(Usage.NONE, IDLE, List.of(FakeGpu.ID), events::add));
        assertThat(meter.sample().gpu()).isEqualTo(GpuUsage.NONE);
        assertThat(events).hasOnlyElementsOfType(MeterEvent.NotMetered.class).hasSize(1);
    }

    @Test
    void migInstance_whoseEnergyIsTheWholeGpus_saysSo() {
        begin(INSTANCE);
        assertThat(events)
                .containsExactly(
                        new MeterEvent.NotMetered(
                                "energy and utilisation of " + INSTANCE,
                                "NVML has them for the whole GPU only"));
    }

    @Test
    void faults_thatBegin_areToldOnce() {
        begin(FakeGpu.ID);
        gpu.xids.add(63L);
        gpu.throttling =
                new Answer.Value<>(
                        Set.of(ThrottleReason.HARDWARE_THERMAL, ThrottleReason.POWER_CAP));
        gpu.errors = new Answer.Value<>(new EccErrors(5, 2));
        gpu.rows = new Answer.Value<>(new RemappedRows(0, 1, true, false));
        second();
        second();
        assertThat(events)
                .containsExactly(
                        new MeterEvent.Xid(FakeGpu.ID, 63),
                        new MeterEvent.Throttled(
                                FakeGpu.ID, Set.of(ThrottleReason.HARDWARE_THERMAL)),
                        new MeterEvent.EccErrors(FakeGpu.ID, 2),
                        new MeterEvent.RowRemap(FakeGpu.ID, false));
    }

    @Test
    void throttling_thatComesBackOrIsOnlySaving_isToldAsItIs() {
        begin(FakeGpu.ID);
        gpu.throttling =
                new Answer.Value<>(Set.of(ThrottleReason.IDLE, ThrottleReason.APPLICATION_CLOCKS));
        second();
        assertThat(events).isEmpty();
        for (int time = 0; time < 2; time++) {
            gpu.throttling = new Answer.Value<>(Set.of(ThrottleReason.POWER_BRAKE));
            second();
            gpu.throttling = new Answer.Value<>(Set.of());
            second();
        }
        assertThat(events).hasSize(2).hasOnlyElementsOfType(MeterEvent.Throttled.class);
    }

    @Test
    void memoryErrors_fromBefore_areNotTheAttempts() {
        gpu.errors = new Answer.Value<>(new EccErrors(0, 3));
        gpu.rows = new Answer.Value<>(new RemappedRows(0, 1, true, true));
        begin(FakeGpu.ID);
        second();
        assertThat(events).isEmpty();
        gpu.errors = new Answer.Value<>(new EccErrors(0, 1)); // the driver began again
        second();
        assertThat(events).containsExactly(new MeterEvent.EccErrors(FakeGpu.ID, 1));
    }

    @Test
    void gpu_thatTellsNoErrors_saysSo() {
        gpu.tellsErrors = false;
        begin(FakeGpu.ID);
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().text()).contains("errors (Xid) of GPU-");
    }

    @Test
    void wallClock_setForward_isAnEventAndNoTime() {
        Meter meter = begin();
        wall = wall.plus(Duration.ofHours(1));
        second();
        assertThat(events).containsExactly(new MeterEvent.ClockJump(Duration.ofHours(1)));
        assertThat(meter.sample().wall()).isEqualTo(Duration.ofSeconds(1));
        second();
        assertThat(events).hasSize(1);
    }

    @Test
    void wallClock_setBack_isAnEventAndTakesNothingBack() {
        Meter meter = begin();
        second();
        wall = wall.minus(Duration.ofMinutes(5));
        second();
        assertThat(events).containsExactly(new MeterEvent.ClockJump(Duration.ofMinutes(-5)));
        assertThat(meter.sample().wall()).isEqualTo(Duration.ofSeconds(2));
    }

    /** As NTP does, and a machine that is slow between two readings. */
    @Test
    void wallClock_adjustedALittle_isNoEvent() {
        begin();
        for (int i = 0; i < 10; i++) {
            wall = wall.plus(Duration.ofMillis(i % 2 == 0 ? 400 : -400));
            second();
        }
        assertThat(events).isEmpty();
    }

    @Test
    void probe_thatBreaks_isToldOnceAndTheOthersAreRead() {
        Metered broken =
                new Metered(
                        Usage.NONE,
                        new ProcessProbe() {
                            private boolean begun;

                            @Override
                            public Optional<ProcessUsage> read() {
                                if (begun) {
                                    throw new IllegalStateException("broken in this test");
                                }
                                begun = true;
                                return Optional.empty();
                            }
                        },
                        List.of(),
                        events::add);
        sampler.begin(broken);
        Meter whole = begin();
        process = Optional.of(process(70, 1, 1));
        second();
        second();
        assertThat(whole.sample().cpu()).isEqualTo(Duration.ofMillis(70));
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().text()).contains("broken in this test");
    }

    @Test
    void meter_closed_letsItsGpusGoOnceAndKeepsItsValues() {
        Meter meter = begin(FakeGpu.ID);
        gpu.energy(1_000_090);
        meter.close();
        gpu.energy(1_000_190);
        meter.close();
        assertThat(meter.sample().gpu().meteredMillijoules()).isEqualTo(90);
        assertThat(gpu.closings).isOne();
    }

    @Test
    void sampler_closed_closesItsMetersAndBeginsNoMore() {
        begin(FakeGpu.ID);
        sampler.close();
        assertThat(gpu.closings).isOne();
        assertThatThrownBy(this::begin).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void powerLimit_isKnownOfTheAttemptsGpusOnly() {
        Meter meter = begin(FakeGpu.ID);
        assertThat(meter.powerLimitMilliwatts(FakeGpu.ID)).hasValue(FakeGpu.LIMIT);
        assertThat(meter.powerLimitMilliwatts(SECOND)).isEmpty();
    }

    @Test
    void sampler_started_readsWithoutBeingAsked() throws Exception {
        CountDownLatch reads = new CountDownLatch(4); // two at the beginning, two by the thread
        try (Sampler started = Sampler.start(Instant::now);
                Meter _ =
                        started.begin(
                                new Metered(
                                        Usage.NONE,
                                        () -> {
                                            reads.countDown();
                                            return Optional.empty();
                                        },
                                        List.of(),
                                        events::add))) {
            assertThat(reads.await(1, TimeUnit.MINUTES)).isTrue();
        }
    }
}
