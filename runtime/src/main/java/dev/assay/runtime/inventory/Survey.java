package dev.assay.runtime.inventory;

import dev.assay.runtime.cuda.CudaView;
import dev.assay.runtime.host.KernelLog;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A look at this machine's GPUs through all sources. Taking it asks them anew, except that a JVM
 * keeps what CUDA was when it was first asked.
 *
 * @param visibleDevices CUDA_VISIBLE_DEVICES as this process was started with, when set
 */
public record Survey(
        Source<List<PciDevice>> pci,
        Source<ProcView> proc,
        Source<NvmlView> nvml,
        Source<CudaView> cuda,
        Source<List<DrmCard>> drm,
        Source<List<XidEntry>> kernelLog,
        Optional<String> visibleDevices) {
    private static final Set<FindingCode> UNHEALTHY =
            EnumSet.of(
                    FindingCode.GPU_LOST,
                    FindingCode.RESET_REQUIRED,
                    FindingCode.XID_SERIOUS,
                    FindingCode.ECC_UNCORRECTED,
                    FindingCode.ROW_REMAP_FAILED);

    private static final Set<FindingCode> HIDDEN =
            EnumSet.of(
                    FindingCode.HIDDEN_BY_ENVIRONMENT,
                    FindingCode.HIDDEN_BY_CONTAINER,
                    FindingCode.HIDDEN_BY_MIG);

    /**
     * A survey whose kernel files lie under {@code root}: {@code sys/bus/pci/devices}, {@code
     * sys/class/drm}, {@code proc/driver/nvidia} and {@code dev}.
     */
    public static Survey under(
            Path root, KernelLogSource.Reader kernelLog, Map<String, String> environment) {
        return new Survey(
                new PciSource(root.resolve("sys/bus/pci/devices")),
                new ProcSource(root.resolve("proc/driver/nvidia"), root.resolve("dev")),
                new NvmlSource(),
                new CudaSource(),
                new DrmSource(root.resolve("sys/class/drm")),
                new KernelLogSource(kernelLog),
                Optional.ofNullable(environment.get("CUDA_VISIBLE_DEVICES")));
    }

    /** A survey of this machine, by this process. */
    public static Survey ofThisMachine() {
        return under(Path.of("/"), KernelLog::read, System.getenv());
    }

    /** Asks every source, joins what they say and draws the findings. */
    public GpuInventory take() {
        return assess(
                new Observations(
                        pci.observe(),
                        proc.observe(),
                        nvml.observe(),
                        cuda.observe(),
                        drm.observe(),
                        kernelLog.observe(),
                        visibleDevices));
    }

    /** Joins observations and draws the findings; asks nobody. */
    public static GpuInventory assess(Observations seen) {
        List<Gpu> gpus = GpuJoin.join(seen);
        return new GpuInventory(
                seen,
                gpus.stream()
                        .map(
                                gpu -> {
                                    List<Finding> findings = GpuRules.apply(seen, gpus, gpu);
                                    return new GpuReport(
                                            gpu, standing(seen, gpu, findings), findings);
                                })
                        .toList(),
                MachineRules.apply(seen, gpus));
    }

    private static Standing standing(Observations seen, Gpu gpu, List<Finding> findings) {
        if (gpu.vendor() != Vendor.NVIDIA) {
            return Standing.NOT_RUNNABLE;
        }
        if (any(findings, UNHEALTHY)) {
            return Standing.UNHEALTHY;
        }
        if (!GpuRules.isDriven(gpu)) {
            return Standing.NO_DRIVER;
        }
        if (seen.nvml().seen().isEmpty()) {
            return Standing.NO_NVML;
        }
        if (any(findings, HIDDEN)) {
            return Standing.HIDDEN;
        }
        boolean trusted = findings.stream().noneMatch(f -> f.code().severity() == Severity.ERROR);
        return !gpu.cuda().isEmpty() && gpu.nvml().isPresent() && trusted
                ? Standing.READY
                : Standing.UNUSABLE;
    }

    private static boolean any(List<Finding> findings, Set<FindingCode> codes) {
        return findings.stream().anyMatch(finding -> codes.contains(finding.code()));
    }
}
