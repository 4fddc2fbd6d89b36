package dev.assay.runtime.host;

import java.time.Duration;

/**
 * What a process has used so far, or several that count as one.
 *
 * @param cpu time on processors, in user and system mode, since it started
 * @param residentBytes memory it holds now
 * @param peakResidentBytes the most it ever held, where the operating system keeps that; else what
 *     it holds now
 */
public record ProcessUsage(Duration cpu, long residentBytes, long peakResidentBytes) {}
