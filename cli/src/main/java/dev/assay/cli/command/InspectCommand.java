package dev.assay.cli.command;

import dev.assay.cli.console.InspectJson;
import dev.assay.cli.console.InspectText;
import dev.assay.cli.console.Terminal;
import dev.assay.runtime.host.Machine;
import dev.assay.runtime.inventory.GpuInventory;
import dev.assay.runtime.inventory.Severity;
import dev.assay.runtime.inventory.Survey;

import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code assay inspect}: what this machine has. */
@Command(
        name = "inspect",
        header = "Show what this machine has, by every source",
        description = {
            "",
            "Shows processor, memory, disks and network, and every GPU as each",
            "independent source sees it: the PCI bus, NVIDIA's kernel driver, NVML, CUDA,",
            "DRM. Where they disagree or something is wrong, a finding says what it means",
            "and what to do. Changes nothing, sends nothing."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay inspect                                 for people",
            "  assay inspect --json | jq '.gpus[].standing'  for programs",
            "  sudo assay inspect                            with GPU errors since boot",
            "",
            "Exit status: 0 no finding is an error, 1 one is, 3 it could not be looked at."
        })
public final class InspectCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Option(names = "--json", description = "report as one JSON object")
    private boolean json;

    @Override
    public Integer call() {
        LoggerFactory.getILoggerFactory(); // set up before OSHI logs
        Machine machine = Machine.read();
        GpuInventory gpus = Survey.ofThisMachine().take();
        if (json) {
            InspectJson.print(machine, gpus, System.out);
        } else {
            new InspectText(Terminal.standard()).print(machine, gpus);
        }
        return gpus.findings().stream().anyMatch(f -> f.code().severity() == Severity.ERROR)
                ? ExitCode.FAILED
                : ExitCode.OK;
    }
}
