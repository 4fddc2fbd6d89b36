package dev.assay.runtime.nvml;

import java.util.OptionalLong;

/**
 * A process that computes on a device.
 *
 * @param pid in the PID namespace of the process that asks; older drivers give that of the first
 *     namespace even inside a container
 * @param memoryBytes device memory it holds; nothing where the driver does not know
 */
public record GpuProcess(long pid, OptionalLong memoryBytes) {}
