package dev.assay.runtime.nvml;

/**
 * How busy a device was over the driver's last sample period (a sixth of a second to a second), in
 * percent of the time.
 *
 * @param gpu in which some kernel ran
 * @param memory in which device memory was read or written
 */
public record Utilisation(int gpu, int memory) {}
