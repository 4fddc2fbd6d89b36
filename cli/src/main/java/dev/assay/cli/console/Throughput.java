package dev.assay.cli.console;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * The rate of work over its steady part: what was done since the first report that had a tenth of
 * it behind it, over the time since then. What comes before, loading and warming up, does not
 * count. Not thread-safe.
 */
final class Throughput {
    private static final int WARM_UP_SHARE = 10;

    private boolean steady;
    private long firstDone;
    private Duration firstAt = Duration.ZERO;
    private OptionalDouble perSecond = OptionalDouble.empty();

    /** Takes a report; {@code elapsed} is by a monotonic clock. */
    void report(long done, long total, Duration elapsed) {
        if (steady && done > firstDone && elapsed.compareTo(firstAt) > 0) {
            perSecond =
                    OptionalDouble.of((done - firstDone) * 1e9 / elapsed.minus(firstAt).toNanos());
        } else if (!steady && done >= total / WARM_UP_SHARE) {
            steady = true;
            firstDone = done;
            firstAt = elapsed;
        }
    }

    /** Work a second; nothing before two reports of the steady part. */
    OptionalDouble perSecond() {
        return perSecond;
    }
}
