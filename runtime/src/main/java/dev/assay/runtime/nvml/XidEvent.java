package dev.assay.runtime.nvml;

/**
 * A critical error that the driver reported of a GPU.
 *
 * @param gpu its NVML index; −1 when the event is of a device that was not asked for
 * @param xid NVIDIA's number of the error
 */
public record XidEvent(int gpu, long xid) {}
