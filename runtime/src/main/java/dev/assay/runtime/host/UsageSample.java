package dev.assay.runtime.host;

import java.time.Duration;

/**
 * What an attempt has used since its meter was started; every quantity only grows.
 *
 * @param wall by the monotonic clock
 * @param cpu time on processors of the metered process
 * @param peakMemoryBytes the most resident memory of the metered process
 * @param rows rows of input that were run
 */
public record UsageSample(Duration wall, Duration cpu, long peakMemoryBytes, long rows) {
    /** Nothing used. */
    static final UsageSample ZERO = new UsageSample(Duration.ZERO, Duration.ZERO, 0, 0);
}
