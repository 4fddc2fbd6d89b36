package dev.assay.runtime.metering;

import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.nvml.Answer;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The energy of one GPU since the first reading: from its own counter, or from its power where it
 * has no counter. Never falls. Not thread-safe.
 *
 * <p>The counter starts again at 0 with the driver. What it has counted since then is taken when it
 * can be true; a difference that the board could not have drawn in the time is not counted, because
 * a counter that jumps says nothing about energy.
 */
final class EnergyCount {
    /**
     * A difference may be so many times what the power limit allows for its time, and one second.
     */
    private static final int PLAUSIBLE = 2;

    /** For boards that do not tell their limit: more than any draws. */
    private static final long MOST_MILLIWATTS = 2_000_000;

    /** Between readings further apart than this, power is not known. */
    private static final long MOST_GAP = TimeUnit.SECONDS.toNanos(5);

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final GpuId gpu;
    private final long limitMilliwatts;
    private Optional<Counter> counter = Optional.empty();
    private Optional<Power> power = Optional.empty();
    private long meteredMillijoules;
    private long integratedMillijoules;

    /** Milliwatts times nanoseconds that do not make a millijoule yet. */
    private long rest;

    private record Counter(long millijoules, long nanos) {}

    private record Power(long milliwatts, long nanos) {}

    EnergyCount(GpuId gpu, OptionalLong limitMilliwatts) {
        this.gpu = gpu;
        this.limitMilliwatts =
                Math.clamp(limitMilliwatts.orElse(MOST_MILLIWATTS), 1, MOST_MILLIWATTS);
    }

    /** Energy by the GPU's own counter. */
    long meteredMillijoules() {
        return meteredMillijoules;
    }

    /** Energy by integrated power. */
    long integratedMillijoules() {
        return integratedMillijoules;
    }

    /** Takes a reading at a moment of the monotonic clock. */
    void read(GpuReading reading, long nanos, Consumer<MeterEvent> events) {
        Optional<Long> energy = reading.energyMillijoules().known();
        if (energy.isPresent()) {
            count(new Counter(energy.get(), nanos), events);
        } else if (reading.energyMillijoules() instanceof Answer.Unsupported<Long>) {
            reading.powerMilliwatts()
                    .known()
                    .ifPresent(milliwatts -> integrate(new Power(milliwatts, nanos)));
        }
    }

    private void count(Counter now, Consumer<MeterEvent> events) {
        if (counter.isPresent()) {
            Counter before = counter.get();
            boolean fell = now.millijoules() < before.millijoules();
            long since = fell ? now.millijoules() : now.millijoules() - before.millijoules();
            boolean possible = since <= most(now.nanos() - before.nanos());
            if (possible) {
                meteredMillijoules += since;
            }
            if (fell || !possible) {
                events.accept(
                        new MeterEvent.CounterReset(gpu, before.millijoules(), now.millijoules()));
            }
        }
        counter = Optional.of(now);
    }

    /** The most that could be drawn in a time, in millijoules. */
    private long most(long nanos) {
        return PLAUSIBLE * limitMilliwatts * (nanos / SECOND + 2);
    }

    /** Adds the trapezoid between two readings of power. */
    private void integrate(Power now) {
        long milliwatts = Math.min(now.milliwatts(), limitMilliwatts * PLAUSIBLE);
        if (power.isPresent() && now.nanos() - power.get().nanos() <= MOST_GAP) {
            long mean = (milliwatts + power.get().milliwatts()) / 2;
            rest += mean * (now.nanos() - power.get().nanos());
            integratedMillijoules += rest / SECOND;
            rest %= SECOND;
        }
        power = Optional.of(new Power(milliwatts, now.nanos()));
    }
}
