package dev.assay.runtime.host;

import java.time.Duration;

/**
 * What one process has used so far.
 *
 * @param cpu time on processors, in user and system mode, of all its threads since it started
 * @param residentBytes memory it holds now
 * @param peakResidentBytes the most it ever held, where the operating system keeps that; else what
 *     it holds now
 */
public record ProcessUsage(Duration cpu, long residentBytes, long peakResidentBytes) {}
