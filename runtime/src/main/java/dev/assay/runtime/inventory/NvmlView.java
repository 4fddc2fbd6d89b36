package dev.assay.runtime.inventory;

import dev.assay.runtime.nvml.NvmlGpu;

import java.util.List;
import java.util.Optional;

/** What NVML says of this machine. */
public record NvmlView(
        Optional<String> driverVersion,
        Optional<String> version,
        Optional<String> cudaVersion,
        List<NvmlGpu> gpus) {
    public NvmlView {
        gpus = List.copyOf(gpus);
    }
}
