package dev.assay.cli.console;

import dev.assay.runtime.inventory.Gpu;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.inventory.Standing;
import dev.assay.runtime.nvml.GpuProcess;
import dev.assay.runtime.nvml.MemoryUse;
import dev.assay.runtime.nvml.MigInstance;
import dev.assay.runtime.nvml.NvmlGpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Tells people of one GPU: its sources one below the other, then what NVML measures now. */
final class InspectGpuText {
    private static final int UUID_SHOWN = 12;

    private final Terminal terminal;

    InspectGpuText(Terminal terminal) {
        this.terminal = terminal;
    }

    void print(GpuReport report) {
        Gpu gpu = report.gpu();
        terminal.line(
                terminal.bold("GPU " + gpu.label())
                        + "  "
                        + Words.plain(gpu.name())
                        + "  "
                        + styled(report.standing()));
        gpu.uuid().ifPresent(uuid -> say("uuid", uuid));
        say("", terminal.dim(row("uuid", "memory", "what it says")));
        gpu.pci()
                .ifPresent(
                        pci -> {
                            List<String> parts = new ArrayList<>(List.of(pci.id()));
                            parts.add(pci.driver().map(d -> "driver " + d).orElse("no driver"));
                            pci.link().ifPresent(parts::add);
                            pci.numaNode().ifPresent(node -> parts.add("node " + node));
                            source("PCI bus", "", "", parts);
                        });
        gpu.proc()
                .ifPresent(
                        proc -> {
                            List<String> parts = new ArrayList<>();
                            proc.model().ifPresent(parts::add);
                            if (proc.excluded()) {
                                parts.add("excluded");
                            }
                            source("kernel driver", proc.uuid().orElse(""), "", parts);
                        });
        gpu.nvml().ifPresent(this::nvml);
        gpu.cuda()
                .forEach(
                        cuda ->
                                source(
                                        "CUDA",
                                        cuda.uuid(),
                                        Words.bytes(cuda.memoryBytes()),
                                        List.of(
                                                cuda.name(),
                                                "device " + cuda.ordinal(),
                                                "compute " + cuda.computeCapability(),
                                                cuda.multiprocessors() + " SMs")));
        gpu.drm()
                .ifPresent(
                        drm -> {
                            List<String> parts = new ArrayList<>(List.of(drm.node()));
                            drm.driver().ifPresent(driver -> parts.add("driver " + driver));
                            String memory = drm.memoryBytes().map(Words::bytes).orElse("");
                            source("DRM", "", memory, parts);
                        });
        gpu.nvml().ifPresent(this::measured);
    }

    private void nvml(NvmlGpu nvml) {
        source(
                "NVML",
                nvml.uuid().known().orElse(""),
                nvml.memory().known().map(use -> Words.bytes(use.total())).orElse(""),
                List.of(nvml.name().known().orElse("GPU " + nvml.index())));
    }

    private void measured(NvmlGpu nvml) {
        List<String> now = new ArrayList<>();
        nvml.powerMilliwatts()
                .known()
                .ifPresent(
                        power ->
                                now.add(
                                        watts(power)
                                                + nvml.powerLimitMilliwatts()
                                                        .known()
                                                        .map(limit -> " of " + watts(limit))
                                                        .orElse("")));
        nvml.temperature().known().ifPresent(celsius -> now.add(celsius + " °C"));
        nvml.utilisation()
                .known()
                .ifPresent(use -> now.add(use.gpu() + " % busy (memory " + use.memory() + " %)"));
        nvml.memory()
                .known()
                .map(MemoryUse::used)
                .ifPresent(m -> now.add(Words.bytes(m) + " used"));
        nvml.energyMillijoules()
                .known()
                .ifPresent(
                        energy ->
                                now.add(
                                        String.format(
                                                Locale.ROOT, "%,.1f kJ so far", energy / 1e6)));
        list("now", now);
        list("health", health(nvml));
        nvml.processes()
                .known()
                .filter(processes -> !processes.isEmpty())
                .ifPresent(
                        processes ->
                                say(
                                        "processes",
                                        processes.stream()
                                                .map(InspectGpuText::process)
                                                .collect(Collectors.joining(", "))));
        nvml.migInstances().forEach(this::instance);
    }

    private static List<String> health(NvmlGpu nvml) {
        List<String> health = new ArrayList<>();
        nvml.eccMode().known().ifPresent(on -> health.add("ECC " + (on ? "on" : "off")));
        nvml.eccErrors()
                .known()
                .ifPresent(
                        errors ->
                                health.add(
                                        errors.corrected()
                                                + " errors corrected, "
                                                + errors.uncorrected()
                                                + " not"));
        nvml.remappedRows()
                .known()
                .ifPresent(
                        rows ->
                                health.add(
                                        Words.count(
                                                (long) rows.correctable() + rows.uncorrectable(),
                                                "remapped row")));
        nvml.throttling()
                .known()
                .filter(reasons -> !reasons.isEmpty())
                .ifPresent(
                        reasons ->
                                health.add(
                                        "clocks held by "
                                                + reasons.stream()
                                                        .map(r -> r.name().toLowerCase(Locale.ROOT))
                                                        .map(r -> r.replace('_', ' '))
                                                        .collect(Collectors.joining(", "))));
        return health;
    }

    private void instance(MigInstance instance) {
        say(
                "mig",
                instance.uuid().known().orElse("an instance")
                        + instance.memory()
                                .known()
                                .map(use -> "  " + Words.bytes(use.total()))
                                .orElse("")
                        + instance.name().known().map(n -> "  " + Words.plain(n)).orElse(""));
    }

    private static String process(GpuProcess process) {
        return process.pid()
                + (process.memoryBytes().isPresent()
                        ? " (" + Words.bytes(process.memoryBytes().getAsLong()) + ")"
                        : "");
    }

    private void source(String name, String uuid, String memory, List<String> parts) {
        String shown = uuid.length() > UUID_SHOWN ? uuid.substring(0, UUID_SHOWN) + "…" : uuid;
        say(name, row(shown, memory, Words.plain(String.join(", ", parts))));
    }

    private static String row(String uuid, String memory, String text) {
        return String.format(
                Locale.ROOT,
                "%-14s %12s  %s",
                uuid.isEmpty() ? "-" : uuid,
                memory.isEmpty() ? "-" : memory,
                text);
    }

    private void list(String label, List<String> parts) {
        if (!parts.isEmpty()) {
            say(label, String.join(", ", parts));
        }
    }

    private String styled(Standing standing) {
        return switch (standing) {
            case READY -> terminal.good(standing.text());
            case UNHEALTHY, UNUSABLE, NO_NVML, NO_DRIVER -> terminal.bad(standing.text());
            case HIDDEN, NOT_RUNNABLE -> terminal.warning(standing.text());
        };
    }

    private static String watts(long milliwatts) {
        return (milliwatts + 500) / 1000 + " W";
    }

    private void say(String label, String text) {
        terminal.line(
                "  "
                        + terminal.dim(String.format(Locale.ROOT, "%-14s", label))
                        + text.stripTrailing());
    }
}
