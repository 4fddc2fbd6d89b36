package dev.assay.cli.console;

import java.time.Duration;
import java.util.Locale;

/**
 * A bar with rate and time left. The rate is that of the steady part once there is one, and of the
 * whole run so far until then. Not thread-safe.
 */
final class ProgressBar {
    private static final int WIDTH = 24;

    private final String noun;
    private final long began = System.nanoTime();
    private final Throughput throughput = new Throughput();

    ProgressBar(String noun) {
        this.noun = noun;
    }

    /** The bar at {@code done} of {@code total}. */
    String at(long done, long total) {
        return at(done, total, Duration.ofNanos(System.nanoTime() - began));
    }

    String at(long done, long total, Duration elapsed) {
        int filled = (int) (WIDTH * done / Math.max(1, total));
        double seconds = Math.max(1e-3, elapsed.toNanos() / 1e9);
        throughput.report(done, total, elapsed);
        double rate = throughput.perSecond().orElse(done / seconds);
        String time =
                done == total
                        ? "in " + Words.time(elapsed)
                        : Words.time(
                                        Duration.ofMillis(
                                                (long)
                                                        (1000
                                                                * (total - done)
                                                                / Math.max(1e-3, rate))))
                                + " left";
        return String.format(
                Locale.ROOT,
                "[%s%s] %,d/%,d %s  %s/s  %s",
                "━".repeat(filled),
                "·".repeat(WIDTH - filled),
                done,
                total,
                noun,
                String.format(Locale.ROOT, rate < 10 ? "%,.1f" : "%,.0f", rate),
                time);
    }
}
