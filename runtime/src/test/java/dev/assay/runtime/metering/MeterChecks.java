package dev.assay.runtime.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.inventory.FakeDriver;
import dev.assay.runtime.nvml.ThrottleReason;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is checked of metering over the real binding, in a JVM over the fake library: see {@link
 * NvmlMeteringTest}. The machine changes between two readings, and the clock by a second.
 */
public final class MeterChecks {
    private static final Path MACHINE = Path.of(System.getenv("ASSAY_FAKE_GPUS"));

    private final List<MeterEvent> events = new ArrayList<>();
    private final List<String> gpus = new ArrayList<>();
    private long nanos;
    private final Sampler sampler =
            new Sampler(
                    new Clocks(() -> nanos, () -> Instant.EPOCH.plusNanos(nanos)), new NvmlGpus());

    public static void main(String[] arguments) throws Exception {
        MeterChecks checks = new MeterChecks();
        checks.gpus.addAll(Files.readAllLines(MACHINE));
        MeterChecks.class.getDeclaredMethod(arguments[0]).invoke(checks);
        checks.sampler.close();
        System.out.println("checked " + arguments[0]);
    }

    private static GpuId gpu(int index) {
        return new GpuId(FakeDriver.uuid(index));
    }

    private Meter begin(GpuId... ids) {
        return sampler.begin(new Metered(Usage.NONE, Optional::empty, List.of(ids), events::add));
    }

    /** Changes the machine, then lets a second pass. */
    private void second(String... lines) throws IOException {
        gpus.addAll(List.of(lines));
        Path next = Files.write(MACHINE.resolveSibling("next"), gpus);
        Files.move(next, MACHINE, StandardCopyOption.ATOMIC_MOVE);
        nanos += Duration.ofSeconds(1).toNanos();
        sampler.tick();
    }

    void energy() throws Exception {
        Meter meter = begin(gpu(0));
        second("gpu.0.energy=5000300", "gpu.0.memory.used=700");
        second("gpu.0.energy=5000800", "gpu.0.memory.used=200", "gpu.0.utilisation=0");
        assertThat(meter.sample().gpu())
                .isEqualTo(new GpuUsage(800, 0, Duration.ofMillis(400), 700));
        assertThat(meter.powerLimitMilliwatts(gpu(0))).hasValue(700_000);
        assertThat(events).isEmpty();
    }

    void driverBeginsAgain() throws Exception {
        Meter meter = begin(gpu(0));
        second("gpu.0.energy=5000300");
        second("gpu.0.energy=40");
        second("gpu.0.energy=90");
        assertThat(meter.sample().gpu().meteredMillijoules()).isEqualTo(390);
        assertThat(events).containsExactly(new MeterEvent.CounterReset(gpu(0), 5_000_300, 40));
    }

    void powerInstead() throws Exception {
        Meter meter = begin(gpu(0));
        second();
        second("gpu.0.power=200000");
        assertThat(meter.sample().gpu().integratedMillijoules()).isEqualTo(100_000 + 150_000);
        assertThat(meter.sample().gpu().meteredMillijoules()).isZero();
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().text()).endsWith("its power is integrated instead");
    }

    void nothingToTell() throws Exception {
        Meter meter = begin(gpu(0));
        second();
        assertThat(meter.sample().gpu()).isEqualTo(GpuUsage.NONE);
        assertThat(meter.powerLimitMilliwatts(gpu(0))).isEmpty();
        assertThat(events.stream().map(MeterEvent::text))
                .containsExactly(
                        "energy of "
                                + gpu(0)
                                + " is not metered: it tells neither energy nor power");
    }

    void withoutFunctions() throws Exception {
        Meter meter = begin(gpu(0));
        second("gpu.0.memory.used=700");
        assertThat(meter.sample().gpu()).isEqualTo(new GpuUsage(0, 0, Duration.ZERO, 700));
        assertThat(events.stream().map(MeterEvent::text))
                .containsExactly(
                        "energy of "
                                + gpu(0)
                                + " is not metered: it tells neither energy nor power",
                        "errors (Xid) of "
                                + gpu(0)
                                + " is not metered: its driver has no events for it");
    }

    void lost() throws Exception {
        Meter meter = begin(gpu(0), gpu(1));
        second("gpu.0.energy=5000300");
        second("gpu.0.lost=1");
        second("gpu.1.energy=5000020");
        assertThat(meter.sample().gpu().meteredMillijoules()).isEqualTo(320);
        assertThat(events)
                .containsExactly(new MeterEvent.GpuLost(gpu(0), "NVML says GPU_IS_LOST (15)"));
        meter.close();
        assertThat(meter.sample().gpu().meteredMillijoules()).isEqualTo(320);
    }

    void lostBefore() {
        Meter meter = begin(gpu(0), gpu(1));
        assertThat(meter.sample().gpu()).isNotNull();
        assertThat(events)
                .containsExactly(
                        new MeterEvent.GpuLost(gpu(0), "NVML lists 2 GPUs and not this one"));
    }

    void faults() throws Exception {
        try (Meter _ = begin(gpu(0), gpu(1))) {
            second("gpu.1.xid=79", "gpu.0.throttle=0x45", "gpu.0.ecc.uncorrected=2");
            second("gpu.0.throttle=0x80", "gpu.0.remap.pending=1");
            second("gpu.0.remap.failed=1");
        }
        assertThat(events)
                .containsExactlyInAnyOrder(
                        new MeterEvent.Xid(gpu(1), 79),
                        new MeterEvent.Throttled(gpu(0), Set.of(ThrottleReason.HARDWARE_THERMAL)),
                        new MeterEvent.EccErrors(gpu(0), 2),
                        new MeterEvent.Throttled(gpu(0), Set.of(ThrottleReason.POWER_BRAKE)),
                        new MeterEvent.RowRemap(gpu(0), false),
                        new MeterEvent.RowRemap(gpu(0), true));
    }

    void eight() throws Exception {
        GpuId[] all = new GpuId[8];
        String[] later = new String[8];
        for (int i = 0; i < 8; i++) {
            all[i] = gpu(i);
            later[i] = "gpu." + i + ".energy=" + (5_000_000 + (1 << i));
        }
        Meter meter = begin(all);
        second(later);
        assertThat(meter.sample().gpu())
                .isEqualTo(new GpuUsage(255, 0, Duration.ofMillis(8 * 400), 0));
    }

    /** Two attempts on the two instances of one GPU. */
    void instances() throws Exception {
        GpuId first = new GpuId("MIG-aaaaaaaa-1111-2222-3333-444444444444");
        GpuId second = new GpuId("MIG-bbbbbbbb-1111-2222-3333-444444444444");
        Meter one = begin(first);
        Meter two = begin(second);
        assertThat(events).hasSize(2).hasOnlyElementsOfType(MeterEvent.NotMetered.class);
        events.clear();
        second(
                "gpu.0.energy=9000000",
                "gpu.0.mig.0.memory.used=500",
                "gpu.0.mig.1.memory.used=900",
                "gpu.0.xid=94",
                "gpu.0.xid.instance=2");
        assertThat(one.sample().gpu()).isEqualTo(new GpuUsage(0, 0, Duration.ZERO, 500));
        assertThat(two.sample().gpu()).isEqualTo(new GpuUsage(0, 0, Duration.ZERO, 900));
        assertThat(one.powerLimitMilliwatts(first)).isEmpty();
        assertThat(events).containsExactly(new MeterEvent.Xid(second, 94));
    }

    void noLibrary() {
        begin(gpu(0));
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().text())
                .startsWith(gpu(0) + " is not metered: libnvidia-ml.so.1 cannot be loaded");
    }

    /** The library is closed with the last meter and opened with the next. */
    void againAndAgain() throws Exception {
        for (int i = 0; i < 50; i++) {
            assertThat(isLoaded()).isFalse();
            try (Meter two = begin(gpu(1))) {
                try (Meter _ = begin(gpu(0))) {
                    second();
                }
                assertThat(isLoaded()).isTrue();
                assertThat(two.sample().gpu().busy()).isEqualTo(Duration.ofMillis(400));
            }
        }
        assertThat(isLoaded()).isFalse();
    }

    private static boolean isLoaded() throws IOException {
        return Files.readString(Path.of("/proc/self/maps")).contains("libnvidia-ml");
    }
}
