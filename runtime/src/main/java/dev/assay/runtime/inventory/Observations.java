package dev.assay.runtime.inventory;

import dev.assay.runtime.cuda.CudaView;

import java.util.List;
import java.util.Optional;

/**
 * What every source said at one moment.
 *
 * @param visibleDevices CUDA_VISIBLE_DEVICES of this process, when set
 */
public record Observations(
        Observation<List<PciDevice>> pci,
        Observation<ProcView> proc,
        Observation<NvmlView> nvml,
        Observation<CudaView> cuda,
        Observation<List<DrmCard>> drm,
        Observation<List<XidEntry>> kernelLog,
        Optional<String> visibleDevices) {}
