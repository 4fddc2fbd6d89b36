package dev.assay.runtime.metering;

import dev.assay.protocol.usage.GpuUsage;

import java.time.Duration;

/**
 * What was used until now; every quantity only grows.
 *
 * @param wall by the monotonic clock
 * @param cpu time on processors
 * @param peakMemoryBytes the most memory resident at once
 */
public record UsageSample(Duration wall, Duration cpu, long peakMemoryBytes, GpuUsage gpu) {}
