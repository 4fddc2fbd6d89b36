package dev.assay.protocol.market;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much output of a lease may pass: so many characters a second on average, and at once what was
 * saved up. An agent keeps to it, and a market holds it to twice as much. Not thread-safe.
 */
public final class OutputAllowance {
    /** Characters that pass in a second. */
    public static final long PER_SECOND = 1 << 17;

    /** The most that is saved up. */
    public static final long BURST = 4 * PER_SECOND;

    /** What a line costs besides its characters. */
    private static final long LINE = 64;

    /** In this time any burst is saved up. */
    private static final long FULL = TimeUnit.SECONDS.toNanos(1 + BURST / PER_SECOND);

    private final LongSupplier nanoTime;
    private final int times;
    private long left;
    private long last;

    /**
     * @param nanoTime a monotonic clock, such as {@link System#nanoTime}
     * @param times how many times the allowance passes
     */
    public OutputAllowance(LongSupplier nanoTime, int times) {
        this.nanoTime = nanoTime;
        this.times = times;
        this.left = times * BURST;
        this.last = nanoTime.getAsLong();
    }

    /** Whether a line of so many characters passes; if it does, it is counted. */
    public boolean take(long characters) {
        long now = nanoTime.getAsLong();
        long micros = Math.min(now - last, FULL) / 1_000;
        long earned = micros * times * PER_SECOND / 1_000_000;
        if (earned > 0) { // else it goes on earning
            left = Math.min(times * BURST, left + earned);
            last = now;
        }
        long cost = characters + LINE;
        if (cost > left) {
            return false;
        }
        left -= cost;
        return true;
    }
}
