package dev.assay.cli.command;

import dev.assay.cli.console.HistoryJson;
import dev.assay.cli.console.HistoryText;
import dev.assay.cli.console.Terminal;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.audit.CheckpointAudit;
import dev.assay.verification.audit.LogAtHand;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.history.HistoryAudit;
import dev.assay.verification.history.HistoryIndex;
import dev.assay.verification.history.HistoryLayout;
import dev.assay.verification.history.HistoryReport;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * {@code assay audit} of a provider's whole history.
 *
 * @param log the directory or URL of the log, when the user named one
 * @param logKey the log's key, when the user named it
 * @param checkpoints what else the log's checkpoint is compared with
 */
record HistoryAuditRun(
        Path folder,
        Optional<String> log,
        Optional<LogVerifyingKey> logKey,
        CheckpointAudit checkpoints,
        boolean json) {
    /** Whether a history lies at a place. */
    static boolean isAt(String place) throws VerificationException {
        return !LogPlace.isUrl(place) && HistoryLayout.isPresent(LogPlace.path(place));
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
        String place = place(HistoryAudit.index(folder));
        HistoryReport report;
        try (LogPlace at = LogPlace.open(place)) {
            String name = log.isPresent() ? place : HistoryLayout.LOG;
            report = audit.audit(new LogAtHand(name, at.files()), logKey, checkpoints);
        }
        if (json) {
            HistoryJson.print(folder.toString(), report, System.out);
        } else {
            text.print(report);
        }
        return switch (report.verdict()) {
            case PASS -> ExitCode.OK;
            case FAIL -> ExitCode.FAILED;
            case INCONCLUSIVE -> ExitCode.INCONCLUSIVE;
        };
    }

    /** Where the log is. A URL that only the history names is not called: a stranger wrote it. */
    private String place(HistoryIndex index) throws VerificationException {
        if (log.isPresent()) {
            return log.get();
        }
        if (index.logUrl().isPresent()) {
            throw new VerificationException(
                    Code.IO,
                    "the history has not the log's files; it says that they are at "
                            + index.logUrl().get()
                            + ". If you trust that place, name it: --log "
                            + index.logUrl().get());
        }
        return folder.resolve(HistoryLayout.LOG).toString();
    }
}
