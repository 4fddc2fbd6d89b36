package dev.assay.cli.command;

import dev.assay.cli.console.AuditJson;
import dev.assay.cli.console.AuditText;
import dev.assay.cli.console.Terminal;
import dev.assay.models.engine.Engine;
import dev.assay.runtime.runner.ReplayEngine;
import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.AuditReport;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.audit.FolderAudit;
import dev.assay.verification.history.HistoryLayout;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code assay audit}: verifies an evidence folder, offline. */
@Command(
        name = "audit",
        header = "Verify an evidence folder or a provider's whole history, offline",
        description = {
            "",
            "Verifies an evidence folder from its files alone: no network, no account, nothing"
                    + " from your home directory. Says what it proved, what is wrong, and what no"
                    + " folder can prove.",
            "A TorchScript model in the folder is a program: it is run, in a process of its own.",
            "Of a history (assay history export), every statement of a provider is held against the"
                    + " log and the others; nothing is computed again."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay audit ~/.assay/jobs/3f9a1c02b7d4/evidence     replay the drawn units again",
            "  assay audit --replay all evidence                   replay every unit",
            "  assay audit alder-2026                              a provider's whole history",
            "",
            "Exit status: 0 it stands, 1 something is wrong, 2 nothing is wrong but something could"
                    + " not be checked, 3 there was nothing to check."
        })
public final class AuditCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Parameters(paramLabel = "FOLDER", description = "an evidence folder")
    private Path folder = Path.of("");

    @Option(
            names = "--replay",
            paramLabel = "drawn|all",
            defaultValue = "drawn",
            description = "which units to compute again (default: ${DEFAULT-VALUE})")
    private String replay = "drawn";

    @Option(names = "--json", description = "report as one JSON object")
    private boolean json;

    @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, VerificationException, InterruptedException {
        if (HistoryLayout.isPresent(folder)) {
            return HistoryAuditRun.of(folder, json).call();
        }
        FolderAudit.Extent extent =
                switch (replay) {
                    case "drawn" -> FolderAudit.Extent.DRAWN;
                    case "all" -> FolderAudit.Extent.ALL;
                    default -> throw bad("--replay: '" + replay + "' is neither drawn nor all");
                };
        if (!Files.isDirectory(folder)) {
            throw bad("no folder " + folder + "; name the evidence folder that assay run printed");
        }
        if (!EvidenceLayout.isPresent(folder)) {
            throw bad(
                    folder
                            + " is no evidence folder: it has none of its files; name the one that"
                            + " assay run printed");
        }
        Terminal terminal = Terminal.standard();
        AuditText text = new AuditText(terminal);
        int threads = Runtime.getRuntime().availableProcessors();
        try (TemporaryRunners runners = new TemporaryRunners(threads);
                Engine engine = new ReplayEngine(threads, runners)) {
            AuditReport report =
                    new FolderAudit(engine, extent, json ? _ -> {} : text::replayed).audit(folder);
            if (json) {
                AuditJson.print(report, System.out);
            } else {
                text.print(report);
            }
            return switch (report.verdict()) {
                case PASS -> ExitCode.OK;
                case FAIL -> ExitCode.FAILED;
                case INCONCLUSIVE -> ExitCode.INCONCLUSIVE;
            };
        }
    }

    private ParameterException bad(String message) {
        return new ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(), message);
    }
}
