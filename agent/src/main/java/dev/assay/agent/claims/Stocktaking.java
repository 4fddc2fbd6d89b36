package dev.assay.agent.claims;

import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.inventory.Finding;
import dev.assay.runtime.inventory.Gpu;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.inventory.Standing;
import dev.assay.runtime.inventory.Vendor;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.GpuProcess;
import dev.assay.runtime.nvml.MigInstance;
import dev.assay.runtime.nvml.NvmlGpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tells for each GPU of an inventory whether it can be claimed: it is ready, and no process uses it
 * that no claim explains. NVML lists the processes of a divided GPU together: one of them bars all
 * instances while none is claimed, and bars none while one is.
 */
final class Stocktaking {
    private final Set<GpuId> claimed;
    private final List<GpuId> free = new ArrayList<>();
    private final List<GpuId> held = new ArrayList<>();
    private final Map<String, String> barred = new HashMap<>();

    private Stocktaking(Set<GpuId> claimed) {
        this.claimed = claimed;
    }

    /**
     * @param claimed what open claims hold
     */
    static GpuStock of(List<GpuReport> gpus, Set<GpuId> claimed) {
        Stocktaking taking = new Stocktaking(Set.copyOf(claimed));
        gpus.forEach(taking::take);
        Set<GpuId> gone = new HashSet<>(claimed);
        taking.held.forEach(gone::remove);
        gone.forEach(gpu -> taking.barred.putIfAbsent(gpu.uuid(), "it is claimed and not here"));
        return new GpuStock(taking.free, taking.held, taking.barred);
    }

    /**
     * Why nothing should run on a GPU that a claim holds and nothing of the claim uses, if so.
     *
     * @param others what other claims hold
     */
    static Optional<String> obstacle(List<GpuReport> gpus, GpuId gpu, Set<GpuId> others) {
        GpuStock stock = of(gpus, others);
        return stock.free().contains(gpu)
                ? Optional.empty()
                : Optional.of(stock.barred().getOrDefault(gpu.uuid(), "it is not here any more"));
    }

    private void take(GpuReport report) {
        Gpu gpu = report.gpu();
        if (gpu.vendor() != Vendor.NVIDIA) {
            return; // never offered: nothing here runs on it
        }
        List<GpuId> parts = parts(gpu);
        Optional<String> obstacle =
                notReady(report)
                        .or(() -> strangers(gpu, parts.stream().anyMatch(claimed::contains)));
        if (parts.isEmpty()) {
            barred.put(gpu.label(), obstacle.orElse("it is divided by MIG and has no instance"));
        }
        for (GpuId part : parts) {
            if (obstacle.isPresent()) {
                barred.put(part.uuid(), obstacle.get());
            } else if (claimed.contains(part)) {
                held.add(part);
            } else {
                free.add(part);
            }
        }
    }

    private static Optional<String> notReady(GpuReport report) {
        return report.standing() == Standing.READY
                ? Optional.empty()
                : Optional.of(
                        "it is "
                                + report.standing().text()
                                + report.findings().stream()
                                        .findFirst()
                                        .map(Finding::saw)
                                        .map(saw -> ": " + saw)
                                        .orElse(""));
    }

    /** What of a GPU is claimed: itself, or its instances. */
    private static List<GpuId> parts(Gpu gpu) {
        if (!gpu.isDivided()) {
            return gpu.uuid().filter(GpuId::isOne).map(GpuId::new).stream().toList();
        }
        return gpu.nvml().map(NvmlGpu::migInstances).orElse(List.of()).stream()
                .map(MigInstance::uuid)
                .map(Answer::known)
                .flatMap(Optional::stream)
                .filter(GpuId::isOne)
                .map(GpuId::new)
                .toList();
    }

    private static Optional<String> strangers(Gpu gpu, boolean anyClaimed) {
        if (anyClaimed) {
            return Optional.empty();
        }
        return gpu.nvml().map(NvmlGpu::processes).flatMap(Stocktaking::strangers);
    }

    private static Optional<String> strangers(Answer<List<GpuProcess>> processes) {
        return switch (processes) {
            case Answer.Value<List<GpuProcess>>(List<GpuProcess> there) ->
                    there.isEmpty()
                            ? Optional.empty()
                            : Optional.of("process " + there.getFirst().pid() + " uses it");
            case Answer.Unsupported<List<GpuProcess>> _ -> Optional.empty();
            case Answer.Refused<List<GpuProcess>>(var status) ->
                    Optional.of("NVML does not say who uses it: " + status);
            case Answer.Implausible<List<GpuProcess>>(String what) ->
                    Optional.of("NVML does not say who uses it: " + what);
        };
    }
}
