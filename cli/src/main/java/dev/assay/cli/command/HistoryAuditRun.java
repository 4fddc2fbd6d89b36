package dev.assay.cli.command;

import dev.assay.cli.console.HistoryJson;
import dev.assay.cli.console.HistoryText;
import dev.assay.cli.console.Terminal;
import dev.assay.verification.VerificationException;
import dev.assay.verification.history.HistoryAudit;
import dev.assay.verification.history.HistoryIndex;
import dev.assay.verification.history.HistoryLayout;
import dev.assay.verification.history.HistoryReport;
import dev.assay.verification.http.HttpLogFiles;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** {@code assay audit} of a provider's whole history. */
final class HistoryAuditRun {
    private static final Duration FILE_LIMIT = Duration.ofSeconds(30);

    private final Path folder;
    private final boolean json;

    private HistoryAuditRun(Path folder, boolean json) {
        this.folder = folder;
        this.json = json;
    }

    /** The audit of the history that lies at a place, when one does. */
    static Optional<HistoryAuditRun> at(String place, boolean json) {
        Path folder = Path.of(place);
        return HistoryLayout.isPresent(folder)
                ? Optional.of(new HistoryAuditRun(folder, json))
                : Optional.empty();
    }

    /** Audits and reports; the exit status. */
    int call() throws VerificationException, InterruptedException {
        HistoryText text = new HistoryText(Terminal.standard());
        HistoryAudit audit =
                new HistoryAudit(
                        folder,
                        Runtime.getRuntime().availableProcessors(),
                        Instant.now(),
                        json ? (_, _) -> {} : text::progress);
        HistoryReport report = audited(audit);
        if (json) {
            HistoryJson.print(report, System.out);
        } else {
            text.print(report);
        }
        return switch (report.outcome()) {
            case PASS -> ExitCode.OK;
            case FAIL -> ExitCode.FAILED;
            case INCONCLUSIVE -> ExitCode.INCONCLUSIVE;
        };
    }

    private HistoryReport audited(HistoryAudit audit)
            throws VerificationException, InterruptedException {
        HistoryIndex index = HistoryAudit.index(folder);
        if (index.logUrl().isEmpty()) {
            return audit.audit();
        }
        try (HttpLogFiles files = HttpLogFiles.at(index.logUrl().get(), FILE_LIMIT)) {
            return audit.audit(files);
        }
    }
}
