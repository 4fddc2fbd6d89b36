package dev.assay.runtime.metering;

import dev.assay.protocol.usage.GpuUsage;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.NvmlStatus;
import dev.assay.runtime.nvml.Utilisation;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One GPU of one attempt. Owns its probe until the GPU is lost or the meter is closed; what was
 * counted until then stays. Not thread-safe.
 */
final class GpuMeter implements AutoCloseable {
    /** Between readings further apart than this, how busy it was is not known. */
    private static final long MOST_GAP = TimeUnit.SECONDS.toNanos(5);

    private static final int ALL = 100;

    private final GpuId gpu;
    private final GpuProbe probe;
    private final EnergyCount energy;
    private final GpuHealth health;
    private Optional<Long> lastNanos = Optional.empty();
    private long busyNanos;
    private long memoryBytes;
    private boolean lost;
    private boolean closed;

    /** A meter that has read nothing yet. */
    GpuMeter(GpuId gpu, GpuProbe probe) {
        this.gpu = gpu;
        this.probe = probe;
        this.energy = new EnergyCount(gpu, probe.powerLimitMilliwatts());
        this.health = new GpuHealth(gpu);
    }

    /** Reads the GPU at this moment of the monotonic clock. */
    void read(long nanos, Consumer<MeterEvent> events) {
        if (lost || closed) {
            return;
        }
        GpuReading reading = probe.read();
        if (lastNanos.isEmpty()) {
            tellWhatIsMissing(reading, events);
        }
        energy.read(reading, nanos, events);
        reading.utilisation().known().ifPresent(utilisation -> busy(utilisation, nanos));
        reading.memory().known().ifPresent(memory -> memoryBytes = memory.used());
        health.read(reading, events);
        lastNanos = Optional.of(nanos);
        Optional<NvmlStatus> gone = reading.lost();
        if (gone.isPresent()) {
            lost = true;
            memoryBytes = 0;
            events.accept(new MeterEvent.GpuLost(gpu, "NVML says " + gone.get()));
        }
    }

    private void tellWhatIsMissing(GpuReading reading, Consumer<MeterEvent> events) {
        if (gpu.isMig()) {
            tellMissing("energy and utilisation", "NVML has them for the whole GPU only", events);
        } else if (isUnsupported(reading.energyMillijoules())) {
            tellMissing(
                    "energy",
                    isUnsupported(reading.powerMilliwatts())
                            ? "it tells neither energy nor power"
                            : "it has no counter; its power is integrated instead",
                    events);
        }
        if (!probe.tellsErrors()) {
            tellMissing("errors (Xid)", "its driver has no events for it", events);
        }
    }

    private void tellMissing(String what, String why, Consumer<MeterEvent> events) {
        events.accept(new MeterEvent.NotMetered(what + " of " + gpu, why));
    }

    private static boolean isUnsupported(Answer<?> answer) {
        return answer instanceof Answer.Unsupported<?>;
    }

    /** The driver's figure stands for the time since the last reading. */
    private void busy(Utilisation utilisation, long nanos) {
        long since = lastNanos.map(last -> nanos - last).orElse(0L);
        busyNanos += Math.min(since, MOST_GAP) / ALL * utilisation.gpu();
    }

    GpuId gpu() {
        return gpu;
    }

    /** The most that it may draw, in milliwatts, where that is known. */
    OptionalLong powerLimitMilliwatts() {
        return probe.powerLimitMilliwatts();
    }

    /** What was counted so far; the memory is that of the last reading. */
    GpuUsage usage() {
        return new GpuUsage(
                energy.meteredMillijoules(),
                energy.integratedMillijoules(),
                Duration.ofNanos(busyNanos),
                memoryBytes);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            probe.close();
        }
    }
}
