package dev.assay.protocol.usage;

import dev.assay.protocol.money.PriceUnit;

import java.time.Duration;

/**
 * What a lease consumed since it began; every quantity is cumulative and never falls.
 *
 * @param wall time on the agent's monotonic clock
 * @param cpu processor time of the work
 * @param peakMemoryBytes the most memory resident at once
 * @param gpu what its GPUs did
 * @param rows input rows finished
 * @param steps training steps finished
 * @param units units (inference batches, stretches of training, containers) finished
 */
public record Usage(
        Duration wall,
        Duration cpu,
        long peakMemoryBytes,
        GpuUsage gpu,
        long rows,
        long steps,
        long units) {
    /** Nothing consumed yet. */
    public static final Usage NONE = new Usage(Duration.ZERO, Duration.ZERO, 0, 0, 0);

    public Usage {
        if (wall.isNegative()
                || cpu.isNegative()
                || peakMemoryBytes < 0
                || rows < 0
                || steps < 0
                || units < 0) {
            throw new IllegalArgumentException("usage cannot be negative");
        }
    }

    /** The usage of work without a GPU that is no training. */
    public Usage(Duration wall, Duration cpu, long peakMemoryBytes, long rows, long units) {
        this(wall, cpu, peakMemoryBytes, GpuUsage.NONE, rows, 0, units);
    }

    /** Whether no quantity is below {@code earlier}'s. */
    public boolean follows(Usage earlier) {
        return wall.compareTo(earlier.wall) >= 0
                && cpu.compareTo(earlier.cpu) >= 0
                && peakMemoryBytes >= earlier.peakMemoryBytes
                && gpu.follows(earlier.gpu)
                && rows >= earlier.rows
                && steps >= earlier.steps
                && units >= earlier.units;
    }

    /**
     * The quantity that a price unit counts: device-milliseconds of {@code devices} devices, or
     * rows.
     */
    public long quantity(PriceUnit unit, int devices) {
        return switch (unit) {
            case GPU_HOUR, CPU_HOUR -> Math.multiplyExact(wall.toMillis(), devices);
            case THOUSAND_ROWS -> rows;
        };
    }
}
