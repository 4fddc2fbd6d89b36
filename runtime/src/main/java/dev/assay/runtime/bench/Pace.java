package dev.assay.runtime.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * How long is measured: a warm-up, then rounds, each at least so long and at least one step.
 *
 * @param nanoClock monotonic nanoseconds
 */
public record Pace(Duration warmUp, Duration round, int rounds, LongSupplier nanoClock) {
    /** A second to warm up, five rounds of 300 ms. */
    public static final Pace USUAL =
            new Pace(Duration.ofSeconds(1), Duration.ofMillis(300), 5, System::nanoTime);

    /** Work that is repeated. */
    @FunctionalInterface
    public interface Step<E extends Exception> {
        /** Does it once; returns how much that was, in the metric's unit. */
        long run() throws E;
    }

    public Pace {
        if (rounds < 1 || round.isNegative() || warmUp.isNegative()) {
            throw new IllegalArgumentException("a measurement needs a round and no negative time");
        }
    }

    /** Measures the rate of a step. */
    public <E extends Exception> Measurement measure(
            Metric metric, String device, String method, Step<E> step) throws E {
        rate(step, warmUp);
        long[] rates = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            rates[i] = rate(step, round);
        }
        Arrays.sort(rates);
        return new Measurement(
                metric, device, method, median(rates), rates[0], rates[rounds - 1], rounds);
    }

    /** Of an even number, halfway between the two in the middle. */
    private static long median(long[] sorted) {
        long low = sorted[(sorted.length - 1) / 2];
        return low + (sorted[sorted.length / 2] - low) / 2;
    }

    /** Work a second over at least this time. */
    private <E extends Exception> long rate(Step<E> step, Duration least) throws E {
        long begin = nanoClock.getAsLong();
        long done = 0;
        long nanos;
        do {
            done += step.run();
            nanos = nanoClock.getAsLong() - begin;
        } while (nanos < least.toNanos());
        return (long) (done * 1e9 / Math.max(1, nanos));
    }
}
