package dev.assay.protocol.usage;

import java.time.Duration;

/**
 * What the GPUs of a lease did since it began, added up over them; cumulative like {@link Usage}.
 * All of it is zero for a lease without a GPU. A MIG instance has memory only: energy and
 * utilisation are those of the whole GPU, and no instance is charged with its neighbours'.
 *
 * @param meteredMillijoules energy that GPUs counted themselves
 * @param integratedMillijoules energy of GPUs that do not count it: their power, integrated over
 *     the agent's monotonic clock
 * @param busy time in which some kernel ran: the integral of utilisation
 * @param peakMemoryBytes the most device memory in use at once
 */
public record GpuUsage(
        long meteredMillijoules, long integratedMillijoules, Duration busy, long peakMemoryBytes) {
    /** No GPU, or nothing yet. */
    public static final GpuUsage NONE = new GpuUsage(0, 0, Duration.ZERO, 0);

    public GpuUsage {
        if (meteredMillijoules < 0
                || integratedMillijoules < 0
                || busy.isNegative()
                || peakMemoryBytes < 0) {
            throw new IllegalArgumentException("usage of GPUs cannot be negative");
        }
    }

    /** Energy, however it was found, in millijoules; an overflow is an error. */
    public long millijoules() {
        return Math.addExact(meteredMillijoules, integratedMillijoules);
    }

    /** Whether no quantity is below {@code earlier}'s. */
    public boolean follows(GpuUsage earlier) {
        return meteredMillijoules >= earlier.meteredMillijoules
                && integratedMillijoules >= earlier.integratedMillijoules
                && busy.compareTo(earlier.busy) >= 0
                && peakMemoryBytes >= earlier.peakMemoryBytes;
    }

    /** What was used here and there, one after the other: the larger peak counts. */
    public GpuUsage plus(GpuUsage later) {
        return new GpuUsage(
                Math.addExact(meteredMillijoules, later.meteredMillijoules),
                Math.addExact(integratedMillijoules, later.integratedMillijoules),
                busy.plus(later.busy),
                Math.max(peakMemoryBytes, later.peakMemoryBytes));
    }
}
