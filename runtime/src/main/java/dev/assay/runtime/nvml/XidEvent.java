package dev.assay.runtime.nvml;

import java.util.OptionalInt;

/**
 * A critical error that the driver reported of a GPU.
 *
 * @param gpu its NVML index; −1 when the event is of a device that was not asked for
 * @param xid NVIDIA's number of the error
 * @param gpuInstance of a divided GPU the instance that the error is of, when it is of one
 */
public record XidEvent(int gpu, long xid, OptionalInt gpuInstance) {}
