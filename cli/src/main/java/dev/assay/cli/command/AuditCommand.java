package dev.assay.cli.command;

import dev.assay.cli.console.AuditJson;
import dev.assay.cli.console.AuditText;
import dev.assay.cli.console.Terminal;
import dev.assay.cli.network.AssayHome;
import dev.assay.cli.network.WitnessAddress;
import dev.assay.models.engine.Engine;
import dev.assay.runtime.runner.ReplayEngine;
import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.AuditReport;
import dev.assay.verification.audit.BundleAudit;
import dev.assay.verification.audit.CheckpointAudit;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.audit.FolderAudit;
import dev.assay.verification.audit.LogAtHand;
import dev.assay.verification.audit.LogAudit;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.log.SeenCheckpoints;
import dev.assay.verification.witness.WitnessKey;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code assay audit}: verifies an evidence folder, a bundle or a log. */
@Command(
        name = "audit",
        header = "Verify an evidence folder, a bundle, a log, or a provider's whole history",
        description = {
            "",
            "Verifies an evidence folder or a Sigstore bundle from its files alone, or every entry"
                    + " and tile of a log. Says what it proved, what is wrong, what could not be"
                    + " checked, and what no such evidence can prove. No account, and no network"
                    + " but for a log at a URL.",
            "It remembers the checkpoints that it saw of each log, in auditor/checkpoints of"
                    + " $ASSAY_HOME, and holds later ones to them.",
            "A TorchScript model in the folder is a program: it is run, in a process of its own.",
            "Of a provider's history (assay history export) every statement is held against the log"
                    + " and the others; no work is computed again."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  assay audit ~/.assay/jobs/3f9a1c02b7d4/evidence     replay the drawn units again",
            "  assay audit --replay all evidence                   replay every unit",
            "  assay audit --log https://log.example/2026 evidence",
            "  assay audit --witness 'me/w1+1f..+BN..' evidence",
            "  assay audit --key alder.pub.pem --log-key log.vkey result.sigstore.json",
            "  assay audit --log-key log.vkey https://log.example/2026",
            "  assay audit alder-2026                              a provider's whole history",
            "",
            "Exit status: 0 it stands, 1 something is wrong, 2 nothing is wrong but something could"
                    + " not be checked, 3 there was nothing to check."
        })
public final class AuditCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private final HelpOption help = new HelpOption();

    @Mixin private final AuditKeys keys = new AuditKeys();
    @Mixin private final RootOptions roots = new RootOptions();

    @Parameters(
            paramLabel = "EVIDENCE",
            description =
                    "an evidence folder, a Sigstore bundle, a log's directory or URL, or the folder"
                            + " of a history")
    private String place = "";

    @Option(
            names = "--replay",
            paramLabel = "drawn|all",
            defaultValue = "drawn",
            description = "which units of a folder to compute again (default: ${DEFAULT-VALUE})")
    private String replay = "drawn";

    @Option(
            names = "--log",
            paramLabel = "DIR|URL",
            description =
                    "the log itself, beside a folder or bundle: proves that its checkpoints, and"
                            + " those seen before, are of one history")
    private @Nullable String log;

    @Option(
            names = "--witness",
            paramLabel = "[URL=]VKEY",
            description =
                    "a witness that must have cosigned the checkpoint; nobody is called; may be"
                            + " repeated")
    private List<String> witnesses = new ArrayList<>();

    @Option(
            names = "--no-memory",
            description = "neither look at checkpoints seen before nor remember these")
    private boolean noMemory;

    @Option(names = "--json", description = "report as one JSON object")
    private boolean json;

    @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, VerificationException, InterruptedException {
        FolderAudit.Extent extent =
                switch (replay) {
                    case "drawn" -> FolderAudit.Extent.DRAWN;
                    case "all" -> FolderAudit.Extent.ALL;
                    default -> throw bad("--replay: '" + replay + "' is neither drawn nor all");
                };
        List<WitnessKey> known = new ArrayList<>();
        for (String witness : witnesses) {
            known.add(witness(witness.strip()));
        }
        if (HistoryAuditRun.isAt(place)) {
            if (roots.areNamed()) {
                throw bad("--root is for evidence folders; a history has no files of hardware");
            }
            if (keys.signerNamed()) {
                throw bad("--key is for bundles; a history has the keys of all who signed");
            }
            return new HistoryAuditRun(
                            LogPlace.path(place),
                            Optional.ofNullable(log),
                            keys.logNamed(),
                            checkpoints(Optional.empty(), known),
                            json)
                    .call();
        }
        AuditTarget target = AuditTarget.at(place);
        if (roots.areNamed() && !(target instanceof AuditTarget.Folder)) {
            throw bad("--root is for evidence folders: nothing else holds evidence of hardware");
        }
        AuditText text = new AuditText(Terminal.standard());
        AuditReport report =
                switch (target) {
                    case AuditTarget.Folder folder -> folder(folder, extent, known, text);
                    case AuditTarget.Bundle bundle -> bundle(bundle, known);
                    case AuditTarget.Log directory -> log(directory, known);
                };
        if (json) {
            AuditJson.print(target.kind(), target.place(), report, System.out);
        } else {
            text.begin(target.kind(), target.place());
            text.print(report);
        }
        return switch (report.verdict()) {
            case PASS -> ExitCode.OK;
            case FAIL -> ExitCode.FAILED;
            case INCONCLUSIVE -> ExitCode.INCONCLUSIVE;
        };
    }

    private AuditReport folder(
            AuditTarget.Folder target,
            FolderAudit.Extent extent,
            List<WitnessKey> known,
            AuditText text)
            throws IOException, VerificationException {
        if (keys.named()) {
            throw bad("--key and --log-key are for bundles and logs; a folder has its own keys");
        }
        int threads = Runtime.getRuntime().availableProcessors();
        try (Beside beside = beside();
                TemporaryRunners runners = new TemporaryRunners(threads);
                Engine engine = new ReplayEngine(threads, runners)) {
            return new FolderAudit(
                            engine,
                            extent,
                            json ? _ -> {} : text::replayed,
                            checkpoints(beside.log(), known),
                            roots.trusted())
                    .audit(target.path());
        }
    }

    private AuditReport bundle(AuditTarget.Bundle target, List<WitnessKey> known)
            throws VerificationException {
        Optional<Path> around =
                Optional.ofNullable(target.path().toAbsolutePath().normalize().getParent())
                        .flatMap(bundles -> Optional.ofNullable(bundles.getParent()))
                        .filter(EvidenceLayout::isPresent);
        LogVerifyingKey logKey = keys.log(around);
        try (Beside beside = beside()) {
            return new BundleAudit(
                            keys.signer(target.bundle().envelope().keyId(), around),
                            logKey,
                            checkpoints(beside.log(), known))
                    .audit(target.bundle());
        }
    }

    private AuditReport log(AuditTarget.Log target, List<WitnessKey> known)
            throws VerificationException {
        if (log != null) {
            throw bad("--log: " + target.place() + " is a log itself");
        }
        LogVerifyingKey logKey = keys.log(Optional.empty());
        try (LogPlace at = LogPlace.open(target.place())) {
            return new LogAudit(checkpoints(Optional.empty(), known))
                    .audit(new LogAtHand(target.place(), at.files()), logKey);
        }
    }

    /** The log beside the evidence, when one was named. */
    private record Beside(Optional<LogPlace> place, Optional<LogAtHand> log)
            implements AutoCloseable {
        @Override
        public void close() {
            place.ifPresent(LogPlace::close);
        }
    }

    private Beside beside() throws VerificationException {
        if (log == null) {
            return new Beside(Optional.empty(), Optional.empty());
        }
        LogPlace at = LogPlace.open(log);
        return new Beside(Optional.of(at), Optional.of(new LogAtHand(log, at.files())));
    }

    private CheckpointAudit checkpoints(Optional<LogAtHand> tiles, List<WitnessKey> known) {
        Optional<SeenCheckpoints> memory =
                noMemory
                        ? Optional.empty()
                        : Optional.of(
                                SeenCheckpoints.in(
                                        AssayHome.auditorCheckpoints(AssayHome.defaultRoot())));
        return new CheckpointAudit(memory, tiles, known);
    }

    private WitnessKey witness(String text) {
        try {
            return WitnessAddress.key(text);
        } catch (VerificationException e) {
            throw bad("--witness: " + e.getMessage());
        }
    }

    private ParameterException bad(String message) {
        return new ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(), message);
    }
}
