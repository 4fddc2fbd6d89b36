package dev.assay.runtime.inventory;

import java.util.List;
import java.util.stream.Stream;

/**
 * The GPUs of a machine: what each source said, the GPUs that follow, and findings that are about
 * none of them alone.
 */
public record GpuInventory(Observations seen, List<GpuReport> gpus, List<Finding> machineFindings) {
    public GpuInventory {
        gpus = List.copyOf(gpus);
        machineFindings = List.copyOf(machineFindings);
    }

    /** All findings, the machine's first. */
    public List<Finding> findings() {
        return Stream.concat(
                        machineFindings.stream(),
                        gpus.stream().flatMap(report -> report.findings().stream()))
                .toList();
    }
}
