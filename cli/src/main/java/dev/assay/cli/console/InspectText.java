package dev.assay.cli.console;

import dev.assay.runtime.host.Machine;
import dev.assay.runtime.inventory.Finding;
import dev.assay.runtime.inventory.GpuInventory;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.inventory.NvmlView;
import dev.assay.runtime.inventory.Observation;
import dev.assay.runtime.inventory.Observations;
import dev.assay.runtime.inventory.ProcView;
import dev.assay.runtime.inventory.Severity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Tells people what a machine has. */
public final class InspectText {
    private static final int LABEL = 14;
    private static final int WIDTH = 100;

    private final Terminal terminal;
    private final InspectGpuText gpuText;

    public InspectText(Terminal terminal) {
        this.terminal = terminal;
        this.gpuText = new InspectGpuText(terminal);
    }

    public void print(Machine machine, GpuInventory inventory) {
        heading("machine");
        host(machine);
        terminal.line("");
        heading("where GPUs were looked for");
        sources(inventory.seen());
        if (inventory.gpus().isEmpty()) {
            terminal.line("");
            terminal.line(terminal.bold("GPUs") + "  none");
        }
        for (GpuReport report : inventory.gpus()) {
            terminal.line("");
            gpuText.print(report);
        }
        findings(inventory.findings());
    }

    private void host(Machine machine) {
        say("system", machine.host().os());
        say(
                "processor",
                machine.host().cpuModel()
                        + ", "
                        + Words.count(machine.packages(), "socket")
                        + ", "
                        + Words.count(machine.physicalCores(), "core")
                        + ", "
                        + Words.count(machine.host().logicalCores(), "thread")
                        + (machine.usableCores() < machine.host().logicalCores()
                                ? ", " + machine.usableCores() + " usable here"
                                : ""));
        if (!machine.vectorUnits().isEmpty()) {
            say("", terminal.dim(String.join(" ", machine.vectorUnits())));
        }
        say(
                "memory",
                Words.gibibytes(machine.host().memoryBytes())
                        + ", "
                        + Words.gibibytes(machine.availableBytes())
                        + " available, "
                        + (machine.swapBytes() == 0
                                ? "no swap"
                                : Words.gibibytes(machine.swapBytes()) + " swap"));
        if (machine.loadHundredths() >= 0) {
            say("load", Words.hundredths(machine.loadHundredths()) + " over the last minute");
        }
        each(
                "disk",
                machine.disks(),
                disk ->
                        row(disk.name(), Words.gibibytes(disk.bytes()))
                                + Words.plain(disk.model()));
        each(
                "file system",
                machine.volumes(),
                volume ->
                        row(volume.mount(), Words.gibibytes(volume.bytes()))
                                + Words.gibibytes(volume.usableBytes())
                                + " free, "
                                + volume.type());
        each(
                "network",
                machine.links(),
                link ->
                        row(link.name(), link.up() ? "up" : "down")
                                + (link.bitsPerSecond() > 0
                                        ? Words.count(link.bitsPerSecond() / 1_000_000)
                                                + " Mbit/s, "
                                        : "")
                                + "mtu "
                                + link.mtu());
    }

    private void sources(Observations seen) {
        source("PCI bus", seen.pci().map(list -> Words.count(list.size(), "display device")));
        source("kernel driver", seen.proc().map(InspectText::driver));
        source("NVML", seen.nvml().map(InspectText::nvml));
        source(
                "CUDA",
                seen.cuda()
                        .map(
                                view ->
                                        Words.count(view.devices().size(), "device")
                                                + ", driver for CUDA "
                                                + view.cudaVersion()));
        source("DRM", seen.drm().map(list -> Words.count(list.size(), "card")));
        source(
                "kernel log",
                seen.kernelLog().map(list -> Words.count(list.size(), "GPU error") + " (Xid)"));
        seen.visibleDevices()
                .ifPresent(value -> say("environment", "CUDA_VISIBLE_DEVICES=" + plain(value)));
    }

    private static String driver(ProcView view) {
        return Words.count(view.gpus().size(), "GPU")
                + view.driverVersion().map(version -> ", version " + version).orElse("");
    }

    private static String nvml(NvmlView view) {
        return Words.count(view.gpus().size(), "GPU")
                + view.driverVersion().map(version -> ", driver " + version).orElse("")
                + view.cudaVersion().map(version -> ", for CUDA " + version).orElse("");
    }

    private void source(String name, Observation<String> observation) {
        switch (observation) {
            case Observation.Seen<String>(String what) ->
                    say(name, terminal.good("seen   ") + what);
            case Observation.Absent<String>(String why) ->
                    wrapped(name, terminal.dim("absent "), plain(why));
            case Observation.Failed<String>(String why) ->
                    wrapped(name, terminal.bad("failed "), plain(why));
        }
    }

    private void findings(List<Finding> findings) {
        terminal.line("");
        if (findings.isEmpty()) {
            terminal.line(terminal.bold("findings") + "  none");
            return;
        }
        heading("findings");
        for (Finding finding : findings) {
            say(
                    styled(finding.code().severity()),
                    finding.code().severity().name().toLowerCase(Locale.ROOT).length(),
                    terminal.bold(finding.code().name()) + "  " + finding.subject());
            wrapped("", terminal.dim("saw    "), plain(finding.saw()));
            wrapped("", terminal.dim("means  "), finding.code().meaning());
            wrapped("", terminal.dim("to do  "), finding.code().fix());
        }
    }

    private String styled(Severity severity) {
        String text = severity.name().toLowerCase(Locale.ROOT);
        return switch (severity) {
            case NOTE -> text;
            case WARNING -> terminal.warning(text);
            case ERROR -> terminal.bad(text);
        };
    }

    private <T> void each(String label, List<T> things, Function<T, String> text) {
        Optional<String> first = Optional.of(label);
        for (T thing : things) {
            say(first.orElse(""), text.apply(thing));
            first = Optional.empty();
        }
    }

    private static String row(String name, String value) {
        return String.format(Locale.ROOT, "%-14s %10s  ", Words.plain(name), value);
    }

    private void heading(String text) {
        terminal.line(terminal.bold(text));
    }

    private void say(String label, String text) {
        say(terminal.dim(label), label.length(), text);
    }

    private void say(String styled, int length, String text) {
        terminal.line(
                "  " + styled + " ".repeat(Math.max(1, LABEL - length)) + text.stripTrailing());
    }

    /** Text behind a mark of seven columns, in lines of at most {@link #WIDTH}. */
    private void wrapped(String label, String mark, String text) {
        List<String> lines = lines(text, WIDTH - 2 - LABEL - 7);
        for (int i = 0; i < lines.size(); i++) {
            say(i == 0 ? label : "", (i == 0 ? mark : " ".repeat(7)) + lines.get(i));
        }
    }

    private static List<String> lines(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String plain(String text) {
        return Words.plain(text);
    }
}
