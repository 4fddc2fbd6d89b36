package dev.assay.runtime.inventory;

import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.MemoryUse;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The findings about one GPU: who sees it, and whether they say the same. */
final class GpuRules {
    /**
     * What a driver may keep of a GPU's memory, so that CUDA offers less than NVML tells of: a
     * sixteenth and 256 MiB.
     */
    private static final int KEPT_SHARE = 16;

    private static final long KEPT_BYTES = 256L << 20;
    private static final String NVIDIA_DRIVER = "nvidia";

    private final Observations seen;
    private final List<Gpu> all;
    private final Gpu gpu;
    private final List<Finding> findings = new ArrayList<>();

    private GpuRules(Observations seen, List<Gpu> all, Gpu gpu) {
        this.seen = seen;
        this.all = all;
        this.gpu = gpu;
    }

    static List<Finding> apply(Observations seen, List<Gpu> all, Gpu gpu) {
        GpuRules rules = new GpuRules(seen, all, gpu);
        if (gpu.vendor() == Vendor.NVIDIA) {
            rules.presence();
            rules.agreement();
            rules.findings.addAll(HealthRules.apply(seen, gpu));
        } else {
            rules.add(FindingCode.NOT_RUNNABLE_HERE, "the PCI bus has " + gpu.name());
        }
        return List.copyOf(rules.findings);
    }

    static boolean boundToNvidia(Gpu gpu) {
        return gpu.pci().flatMap(PciDevice::driver).filter(NVIDIA_DRIVER::equals).isPresent();
    }

    /** Whether NVIDIA's driver has it, by any source. */
    static boolean isDriven(Gpu gpu) {
        return boundToNvidia(gpu)
                || gpu.proc().isPresent()
                || gpu.nvml().isPresent()
                || !gpu.cuda().isEmpty();
    }

    private void presence() {
        if (!isDriven(gpu)) {
            String driver = gpu.pci().flatMap(PciDevice::driver).orElse("");
            add(
                    driver.isEmpty() ? FindingCode.NO_DRIVER : FindingCode.OTHER_DRIVER,
                    driver.isEmpty()
                            ? "the PCI bus names no driver"
                            : "the PCI bus says " + driver);
            return;
        }
        if (gpu.proc().filter(ProcGpu::excluded).isPresent()) {
            add(FindingCode.EXCLUDED, "the kernel driver says GPU Excluded");
            return;
        }
        if (isOutOfReach()) {
            add(FindingCode.HIDDEN_BY_CONTAINER, "seen by " + witnesses() + ", by no library");
            return;
        }
        if (seen.nvml().seen().isPresent() && gpu.nvml().isEmpty()) {
            add(FindingCode.UNSEEN_BY_NVML, "seen by " + witnesses() + ", not by NVML");
        }
        if (seen.cuda().seen().isPresent() && gpu.cuda().isEmpty()) {
            withoutCuda();
        }
        boolean ofLibrary = gpu.nvml().isPresent() || !gpu.cuda().isEmpty();
        if (ofLibrary && seen.pci().seen().isPresent() && gpu.pci().isEmpty()) {
            boolean paravirtual =
                    seen.pci().seen().get().stream().anyMatch(PciDevice::isParavirtual);
            add(
                    paravirtual ? FindingCode.PARAVIRTUAL : FindingCode.UNSEEN_BY_KERNEL,
                    "seen by " + witnesses() + ", not on the PCI bus");
        }
    }

    /**
     * Whether a library works and none sees it, because there is no device node of it here; or
     * because the kernel driver's files are masked, when the bus tells that the driver has it.
     */
    private boolean isOutOfReach() {
        boolean heard = seen.nvml().seen().isPresent() || seen.cuda().seen().isPresent();
        boolean masked = seen.proc().seen().isPresent() && gpu.proc().isEmpty();
        boolean withoutNode = gpu.proc().filter(proc -> !proc.hasNode()).isPresent();
        return heard && gpu.nvml().isEmpty() && gpu.cuda().isEmpty() && (masked || withoutNode);
    }

    private void withoutCuda() {
        if (gpu.isDivided() && gpu.nvml().orElseThrow().migInstances().isEmpty()) {
            add(FindingCode.MIG_WITHOUT_INSTANCES, "NVML says MIG mode with no instance");
        } else if (isBesideAnInstance()) {
            add(FindingCode.HIDDEN_BY_MIG, "seen by " + witnesses() + ", not by CUDA");
        } else if (seen.visibleDevices().isPresent()) {
            add(
                    FindingCode.HIDDEN_BY_ENVIRONMENT,
                    "CUDA_VISIBLE_DEVICES="
                            + seen.visibleDevices().get()
                            + "; seen by "
                            + witnesses()
                            + ", not by CUDA");
        } else {
            add(FindingCode.UNSEEN_BY_CUDA, "seen by " + witnesses() + ", not by CUDA");
        }
    }

    /**
     * Whether CUDA offers this process one MIG instance and nothing else, as it does where
     * CUDA_VISIBLE_DEVICES does not say otherwise.
     */
    private boolean isBesideAnInstance() {
        boolean one = seen.cuda().seen().filter(view -> view.devices().size() == 1).isPresent();
        return one && seen.visibleDevices().isEmpty() && all.stream().anyMatch(Gpu::offersInstance);
    }

    private void agreement() {
        Map<String, String> uuids = new LinkedHashMap<>();
        Map<String, String> names = new LinkedHashMap<>();
        gpu.nvml().flatMap(nvml -> nvml.uuid().known()).ifPresent(uuid -> uuids.put("NVML", uuid));
        gpu.nvml().flatMap(nvml -> nvml.name().known()).ifPresent(name -> names.put("NVML", name));
        gpu.proc().flatMap(ProcGpu::uuid).ifPresent(uuid -> uuids.put("the kernel driver", uuid));
        gpu.proc().flatMap(ProcGpu::model).ifPresent(name -> names.put("the kernel driver", name));
        if (!gpu.isDivided()) { // an instance has a name of its own, and less memory
            gpu.cuda().forEach(device -> uuids.put("CUDA", device.uuid()));
            gpu.cuda().forEach(device -> names.put("CUDA", device.name()));
            gpu.cuda().forEach(this::memory);
        }
        differing(FindingCode.UUID_DISAGREES, uuids);
        differing(FindingCode.NAME_DISAGREES, names);
        places();
        duplicates();
    }

    private void differing(FindingCode code, Map<String, String> said) {
        if (said.values().stream().map(text -> text.toLowerCase(Locale.ROOT)).distinct().count()
                > 1) {
            List<String> parts = new ArrayList<>();
            said.forEach((source, text) -> parts.add(source + " says " + text));
            add(code, String.join(", ", parts));
        }
    }

    private void memory(CudaDevice device) {
        Optional<MemoryUse> nvml = gpu.nvml().map(known -> known.memory()).flatMap(Answer::known);
        nvml.ifPresent(
                use -> {
                    long least = use.total() - use.total() / KEPT_SHARE - KEPT_BYTES;
                    if (device.memoryBytes() > use.total() || device.memoryBytes() < least) {
                        add(
                                FindingCode.MEMORY_DISAGREES,
                                "NVML says "
                                        + mebibytes(use.total())
                                        + ", CUDA says "
                                        + mebibytes(device.memoryBytes()));
                    }
                });
    }

    private void places() {
        for (CudaDevice device : gpu.cuda()) {
            if (gpu.address().filter(address -> !address.equals(device.pci())).isPresent()) {
                add(
                        FindingCode.ADDRESS_DISAGREES,
                        gpu.label() + " by others, " + device.pci() + " by CUDA: " + device.uuid());
            }
        }
        gpu.nvml()
                .flatMap(nvml -> nvml.pci().known())
                .filter(said -> !gpu.address().equals(Optional.of(said)))
                .ifPresent(
                        said ->
                                add(
                                        FindingCode.ADDRESS_DISAGREES,
                                        gpu.label() + " by others, " + said + " by NVML"));
    }

    private void duplicates() {
        if (!gpu.isDivided() && gpu.cuda().size() > 1) {
            add(FindingCode.DUPLICATE_DEVICE, "CUDA lists it " + gpu.cuda().size() + " times");
        }
        Optional<String> uuid = gpu.nvml().flatMap(nvml -> nvml.uuid().known());
        List<Gpu> counted = all.stream().filter(other -> other.nvml().isPresent()).toList();
        List<String> namesakes =
                counted.stream()
                        .filter(
                                other ->
                                        uuid.isPresent()
                                                && uuid.equals(
                                                        other.nvml()
                                                                .flatMap(n -> n.uuid().known())))
                        .map(Gpu::label)
                        .toList();
        boolean sharesAddress =
                gpu.nvml().isPresent()
                        && gpu.address().isPresent()
                        && counted.stream()
                                        .filter(other -> other.address().equals(gpu.address()))
                                        .count()
                                > 1;
        if (sharesAddress) {
            add(FindingCode.DUPLICATE_DEVICE, "NVML lists its address more than once");
        } else if (namesakes.size() > 1) {
            add(FindingCode.DUPLICATE_DEVICE, "NVML lists its UUID at " + namesakes);
        }
    }

    private String witnesses() {
        List<String> names = new ArrayList<>();
        gpu.pci().ifPresent(_ -> names.add("the PCI bus"));
        gpu.proc().ifPresent(_ -> names.add("the kernel driver"));
        gpu.nvml().ifPresent(_ -> names.add("NVML"));
        if (!gpu.cuda().isEmpty()) {
            names.add("CUDA");
        }
        gpu.drm().ifPresent(_ -> names.add("DRM"));
        return String.join(", ", names);
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    private void add(FindingCode code, String saw) {
        findings.add(new Finding(code, gpu.label(), saw));
    }
}
