package dev.assay.runtime.nvml;

/** Errors that a device's memory check counted since the driver was loaded. */
public record EccErrors(long corrected, long uncorrected) {}
