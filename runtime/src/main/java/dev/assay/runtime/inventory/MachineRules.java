package dev.assay.runtime.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The findings that are about no single GPU. */
final class MachineRules {
    private final Observations seen;
    private final List<Gpu> gpus;
    private final List<Finding> findings = new ArrayList<>();

    private MachineRules(Observations seen, List<Gpu> gpus) {
        this.seen = seen;
        this.gpus = gpus;
    }

    static List<Finding> apply(Observations seen, List<Gpu> gpus) {
        MachineRules rules = new MachineRules(seen, gpus);
        rules.run();
        return List.copyOf(rules.findings);
    }

    /** Whether NVIDIA's kernel driver is loaded, by the files it makes or a device bound to it. */
    static boolean driverLoaded(Observations seen, List<Gpu> gpus) {
        return seen.proc().seen().isPresent() || gpus.stream().anyMatch(GpuRules::boundToNvidia);
    }

    private void run() {
        if (gpus.isEmpty()) {
            add(FindingCode.NO_GPU, "looked at: " + String.join(", ", heard()));
        }
        library(seen.nvml(), FindingCode.NO_NVML, FindingCode.NVML_FAILED);
        library(seen.cuda(), FindingCode.NO_CUDA, FindingCode.CUDA_FAILED);
        kernel("the PCI bus", seen.pci());
        kernel("the kernel driver", seen.proc());
        kernel("DRM", seen.drm());
        seen.cuda()
                .seen()
                .ifPresent(
                        cuda ->
                                cuda.refused()
                                        .forEach(
                                                what ->
                                                        add(
                                                                FindingCode.CALL_REFUSED,
                                                                "CUDA: " + what)));
        versions();
    }

    private void library(Observation<?> library, FindingCode absent, FindingCode failed) {
        switch (library) {
            case Observation.Absent<?>(String why) -> {
                if (driverLoaded(seen, gpus)) {
                    add(absent, why);
                }
            }
            case Observation.Failed<?>(String why) -> add(failed, why);
            case Observation.Seen<?> _ -> {}
        }
    }

    private void kernel(String source, Observation<?> observation) {
        switch (observation) {
            case Observation.Failed<?>(String why) ->
                    add(FindingCode.SOURCE_FAILED, source + ": " + why);
            case Observation.Absent<?> _, Observation.Seen<?> _ -> {}
        }
    }

    private void versions() {
        Optional<String> kernel = seen.proc().seen().flatMap(ProcView::driverVersion);
        Optional<String> library = seen.nvml().seen().flatMap(NvmlView::driverVersion);
        if (kernel.isPresent() && library.isPresent() && !kernel.equals(library)) {
            add(
                    FindingCode.DRIVER_VERSIONS_DISAGREE,
                    "the kernel driver says " + kernel.get() + ", NVML says " + library.get());
        }
    }

    private List<String> heard() {
        List<String> heard = new ArrayList<>();
        if (seen.pci().seen().isPresent()) {
            heard.add("the PCI bus");
        }
        if (seen.drm().seen().isPresent()) {
            heard.add("DRM");
        }
        heard.add("NVIDIA's kernel driver");
        heard.add("NVML");
        heard.add("the CUDA driver");
        return heard;
    }

    private void add(FindingCode code, String saw) {
        findings.add(new Finding(code, Finding.MACHINE, saw));
    }
}
