package dev.assay.runtime.nvml;

import java.util.OptionalLong;

/**
 * A process that computes on a device.
 *
 * @param pid as the driver sees it: in the first PID namespace, not in a container's
 * @param memoryBytes device memory it holds; nothing where the driver does not know
 */
public record GpuProcess(long pid, OptionalLong memoryBytes) {}
