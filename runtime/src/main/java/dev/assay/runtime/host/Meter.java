package dev.assay.runtime.host;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The cumulative usage of one attempt, from the start of the meter on.
 *
 * <p>CPU time is what the whole metered process used in that time. For an attempt in a runner that
 * is the runner's; for one on the exact engine it is this JVM's, which includes the agent's own
 * (small) share and that of any other attempt at the same time: run attempts that are billed by CPU
 * time one after the other, or in runners.
 *
 * <p>Peak memory is exact where the operating system keeps a process's peak and it rose during the
 * attempt; else it is the largest of the samples. A process that has ended keeps the values of its
 * last sample. Thread-safe.
 */
public final class Meter {
    private final ProcessProbe probe;
    private final LongSupplier nanoClock;
    private final long startNanos;
    private final ProcessUsage start;
    private UsageSample last = UsageSample.ZERO;
    private long rows;

    private Meter(ProcessProbe probe, LongSupplier nanoClock) {
        this.probe = probe;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
        this.start = probe.read().orElse(new ProcessUsage(Duration.ZERO, 0, 0));
    }

    /** Starts metering the process that the probe reads. */
    public static Meter start(ProcessProbe probe) {
        return start(probe, System::nanoTime);
    }

    /** Starts metering by a clock of monotonic nanoseconds. */
    static Meter start(ProcessProbe probe, LongSupplier nanoClock) {
        return new Meter(probe, nanoClock);
    }

    /** Counts rows that were run. */
    public synchronized void addRows(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("rows are never taken back: " + count);
        }
        rows = Math.addExact(rows, count);
    }

    /** The usage so far. */
    public synchronized UsageSample sample() {
        Duration wall = Duration.ofNanos(nanoClock.getAsLong() - startNanos);
        last =
                probe.read()
                        .map(now -> new UsageSample(wall, cpu(now), peak(now), rows))
                        .orElse(new UsageSample(wall, last.cpu(), last.peakMemoryBytes(), rows));
        return last;
    }

    private Duration cpu(ProcessUsage now) {
        Duration cpu = now.cpu().minus(start.cpu());
        return cpu.compareTo(last.cpu()) > 0 ? cpu : last.cpu();
    }

    private long peak(ProcessUsage now) {
        long peak =
                now.peakResidentBytes() > start.peakResidentBytes()
                        ? now.peakResidentBytes()
                        : now.residentBytes();
        return Math.max(peak, last.peakMemoryBytes());
    }
}
