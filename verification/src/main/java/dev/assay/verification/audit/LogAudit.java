package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.log.VerifiedCheckpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * Audits a log from its files: every entry and every tile against its signed checkpoint, and the
 * checkpoint against those that were seen before.
 */
public record LogAudit(CheckpointAudit checkpoints) {
    /** Audits the log with this key; fails when its checkpoint cannot be read at all. */
    public AuditReport audit(LogAtHand log, LogVerifyingKey key) throws VerificationException {
        List<Finding> findings = new ArrayList<>();
        LogReader reader;
        try {
            reader = LogReader.open(log, key);
        } catch (VerificationException e) {
            if (e.code() == Code.IO) {
                throw e;
            }
            return new AuditReport(List.of(Finding.of(log.wrong(), e)));
        }
        try {
            VerifiedCheckpoint checked = reader.check();
            findings.add(
                    Finding.of(
                            Standing.PROVED,
                            ".",
                            Clause.LOG_FILES,
                            "log "
                                    + checked.origin()
                                    + ": all "
                                    + checked.size()
                                    + " entries and their tiles lead to the signed root "
                                    + checked.root().hex()));
        } catch (VerificationException e) {
            findings.add(Finding.of(log.wrong(), e));
        }
        checkpoints.log(key, reader, log.place(), findings);
        findings.add(
                Finding.of(
                        Standing.NOT_PROVED,
                        ".",
                        Clause.STATEMENT,
                        "what the entries are about: they hold digests and signatures alone"));
        return new AuditReport(findings);
    }
}
