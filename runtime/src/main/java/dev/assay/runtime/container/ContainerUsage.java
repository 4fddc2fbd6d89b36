package dev.assay.runtime.container;

import java.time.Duration;

/**
 * What a container used so far.
 *
 * @param cpu processor time of all its processes
 * @param peakMemoryBytes the most memory it had at a time
 */
public record ContainerUsage(Duration cpu, long peakMemoryBytes) {}
