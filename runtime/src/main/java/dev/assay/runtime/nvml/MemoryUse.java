package dev.assay.runtime.nvml;

/**
 * A device's memory, in bytes.
 *
 * @param used by programs, and what the driver keeps for itself
 */
public record MemoryUse(long total, long free, long used) {}
