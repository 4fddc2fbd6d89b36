package dev.assay.runtime.metering;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks of a machine. Durations are taken from the monotonic one only; the wall clock says
 * when, and may be set in between.
 *
 * @param nanos monotonic nanoseconds from any beginning, as {@link System#nanoTime}; on Linux they
 *     stand still while the machine is suspended
 * @param wall the time of day
 */
public record Clocks(LongSupplier nanos, InstantSource wall) {
    /** This machine's monotonic clock beside a wall clock. */
    public static Clocks system(InstantSource wall) {
        return new Clocks(System::nanoTime, wall);
    }
}
