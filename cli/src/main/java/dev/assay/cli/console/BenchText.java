package dev.assay.cli.console;

import dev.assay.protocol.id.KeyId;
import dev.assay.runtime.bench.BenchReport;
import dev.assay.runtime.bench.Measurement;
import dev.assay.runtime.bench.Metric;
import dev.assay.runtime.bench.Skipped;
import dev.assay.runtime.host.Machine;
import dev.assay.runtime.inventory.Finding;
import dev.assay.runtime.inventory.Severity;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Tells people what was measured, as it is measured, and where the signed inventory is. */
public final class BenchText {
    private static final int LABEL = 19;

    /** The most load a processor, in hundredths, at which a machine counts as idle. */
    private static final long IDLE_HUNDREDTHS = 25;

    private final Terminal terminal;

    public BenchText(Terminal terminal) {
        this.terminal = terminal;
    }

    /** A measurement is done. */
    public void measured(Measurement measurement) {
        say(
                measurement.metric().text(),
                String.format(
                        Locale.ROOT,
                        "%-13s %s  %s",
                        device(measurement.device()),
                        terminal.bold(
                                String.format(
                                        Locale.ROOT,
                                        "%18s",
                                        rate(measurement.metric(), measurement.median()))),
                        terminal.dim(measurement.method())));
        if (measurement.rounds() > 1) {
            say(
                    "",
                    terminal.dim(
                            String.format(
                                    Locale.ROOT,
                                    "%32s  slowest of %d rounds; fastest %s",
                                    rate(measurement.metric(), measurement.least()),
                                    measurement.rounds(),
                                    rate(measurement.metric(), measurement.most()))));
        }
    }

    /** Everything is done and signed. */
    public void print(
            Machine machine,
            BenchReport report,
            List<Finding> findings,
            String role,
            KeyId key,
            Path file) {
        if (machine.loadHundredths() > IDLE_HUNDREDTHS * machine.usableCores()) {
            say(
                    "load",
                    terminal.warning(
                            "others were at work ("
                                    + Words.hundredths(machine.loadHundredths())
                                    + " over the minute before): measure again when they are not"));
        }
        for (Skipped skip : report.skipped()) {
            say(
                    skip.metric().text(),
                    String.format(Locale.ROOT, "%-13s", device(skip.device()))
                            + " "
                            + terminal.warning("not measured: ")
                            + Words.plain(skip.why()));
        }
        long errors = findings.stream().filter(f -> f.code().severity() == Severity.ERROR).count();
        say(
                "findings",
                Words.count(findings.size(), "finding")
                        + ", "
                        + Words.count(errors, "error")
                        + terminal.dim("  assay inspect shows them"));
        say("signed", "by " + role + " " + key.brief());
        say("", terminal.bold(file.toString()));
    }

    static String rate(Metric metric, long value) {
        return switch (metric) {
            case EXACT_RATE -> Words.count(value) + " rows/s";
            case GEMM_FP32, GEMM_TF32, GEMM_BF16, GEMM_FP16 ->
                    String.format(Locale.ROOT, "%,.1f GFLOP/s", value / 1e9);
            case MEMORY_BANDWIDTH, TRANSFER_TO_DEVICE, TRANSFER_TO_HOST, DISK_WRITE, DISK_READ ->
                    String.format(Locale.ROOT, "%,.2f GB/s", value / 1e9);
        };
    }

    /** A GPU's UUID is long; its beginning tells it apart. */
    private static String device(String device) {
        return device.length() > 12 ? device.substring(0, 12) + "…" : device;
    }

    private void say(String label, String text) {
        terminal.line(terminal.dim(String.format(Locale.ROOT, "%-" + LABEL + "s ", label)) + text);
    }
}
