package dev.assay.runtime.metering;

import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.host.ProcessUsage;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The cumulative usage of one attempt, from the meter's beginning on and on top of what an earlier
 * process had metered. No quantity ever falls: not when a counter starts again, a GPU is lost or
 * the work's process ends, which all keep their last values.
 *
 * <p>Processor time is what the metered processes used. For an attempt in a runner that is the
 * runner and what it started, for a container its control group; for one on the exact engine it is
 * this JVM, which includes the agent's own (small) share and that of any other attempt at the same
 * time: run attempts that are billed by processor time one after the other, or in runners.
 *
 * <p>Peak memory is exact where the operating system keeps a peak and it rose during the attempt;
 * else it is the largest of the samples. Thread-safe; made and read by its {@link Sampler}, whose
 * lock guards it.
 */
public final class Meter implements AutoCloseable {
    private static final ProcessUsage NOTHING = new ProcessUsage(Duration.ZERO, 0, 0);

    private final Sampler sampler;
    private final Metered metered;
    private final List<GpuMeter> gpus;
    private final long startNanos;
    private final ProcessUsage start;
    private Duration cpu = Duration.ZERO;
    private long peakMemoryBytes;
    private GpuUsage gpu = GpuUsage.NONE;
    private boolean broken;

    Meter(Sampler sampler, Metered metered, List<GpuMeter> gpus, long startNanos) {
        this.sampler = sampler;
        this.metered = metered;
        this.gpus = List.copyOf(gpus);
        this.startNanos = startNanos;
        this.start = metered.processes().read().orElse(NOTHING);
    }

    /** The usage so far, read now. */
    public UsageSample sample() {
        return sampler.sample(this);
    }

    /** The most that a GPU of the attempt may draw, in milliwatts, where that is known. */
    public OptionalLong powerLimitMilliwatts(GpuId gpu) {
        return gpus.stream()
                .filter(meter -> meter.gpu().equals(gpu))
                .map(GpuMeter::powerLimitMilliwatts)
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    /** Reads what is metered once more and then no more; {@link #sample} keeps answering. */
    @Override
    public void close() {
        sampler.end(this);
    }

    Consumer<MeterEvent> events() {
        return metered.events();
    }

    /** Reads everything at this moment of the monotonic clock. */
    void read(long nanos, Consumer<MeterEvent> events) {
        try {
            metered.processes().read().ifPresent(this::processes);
            long memory = 0;
            GpuUsage sum = GpuUsage.NONE;
            for (GpuMeter meter : gpus) {
                meter.read(nanos, events);
                sum = sum.plus(meter.usage());
                memory += meter.usage().peakMemoryBytes();
            }
            gpu =
                    new GpuUsage(
                            sum.meteredMillijoules(),
                            sum.integratedMillijoules(),
                            sum.busy(),
                            Math.max(gpu.peakMemoryBytes(), memory));
        } catch (RuntimeException e) {
            if (!broken) {
                broken = true;
                events.accept(new MeterEvent.NotMetered("the attempt", "unexpected error: " + e));
            }
        }
    }

    private void processes(ProcessUsage now) {
        Duration spent = now.cpu().minus(start.cpu());
        cpu = spent.compareTo(cpu) > 0 ? spent : cpu;
        long peak =
                now.peakResidentBytes() > start.peakResidentBytes()
                        ? now.peakResidentBytes()
                        : now.residentBytes();
        peakMemoryBytes = Math.max(peakMemoryBytes, peak);
    }

    /** What was read last, at this moment of the monotonic clock. */
    UsageSample last(long nanos) {
        Usage base = metered.base();
        return new UsageSample(
                base.wall().plusNanos(nanos - startNanos),
                base.cpu().plus(cpu),
                Math.max(base.peakMemoryBytes(), peakMemoryBytes),
                base.gpu().plus(gpu));
    }

    void endGpus() {
        gpus.forEach(GpuMeter::close);
    }
}
