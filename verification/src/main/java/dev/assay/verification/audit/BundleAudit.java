package dev.assay.verification.audit;

import dev.assay.protocol.json.JsonException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.bundle.VerifiedBundle;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.statement.Statement;

import java.util.ArrayList;
import java.util.List;

/**
 * Audits a Sigstore bundle: the statement's signature and form, and that the log holds it.
 *
 * @param signer whose signature must be on it
 */
public record BundleAudit(VerifyingKey signer, LogVerifyingKey log, CheckpointAudit checkpoints) {
    /** Audits a bundle that could be read. */
    public AuditReport audit(SigstoreBundle bundle) {
        List<Finding> findings = new ArrayList<>();
        try {
            VerifiedBundle verified = bundle.verify(signer, log);
            var logged = verified.logged();
            proved(findings, Clause.SIGNATURE, "key " + signer.keyId().hex() + " signed it");
            proved(
                    findings,
                    Clause.INCLUSION,
                    "log "
                            + log.origin()
                            + " of "
                            + logged.checkpoint().size()
                            + " entries holds it as entry "
                            + logged.index());
            statement(verified, findings);
            checkpoints.evidence(log, ".", List.of(logged.checkpoint()), findings);
        } catch (VerificationException e) {
            findings.add(Finding.of(".", e));
        }
        notProved(findings, Clause.IDENTITY, "whose the key is");
        notProved(
                findings,
                Clause.KEY_VALIDITY,
                "that the key was valid at that entry: a bundle holds no statements about keys");
        notProved(
                findings,
                Clause.STATEMENT,
                "that what the statement says is so: that takes the evidence folder");
        return new AuditReport(findings);
    }

    private static void statement(VerifiedBundle bundle, List<Finding> findings) {
        try {
            Statement statement = Statement.parse(bundle.envelope().payload());
            proved(
                    findings,
                    Clause.STATEMENT,
                    "it is a well-formed " + statement.predicate().type());
        } catch (JsonException e) {
            findings.add(
                    new Finding(Standing.REFUTED, ".", e.field(), Clause.STATEMENT, e.problem()));
        }
    }

    private static void proved(List<Finding> findings, Clause clause, String message) {
        findings.add(Finding.of(Standing.PROVED, ".", clause, message));
    }

    private static void notProved(List<Finding> findings, Clause clause, String message) {
        findings.add(Finding.of(Standing.NOT_PROVED, ".", clause, message));
    }
}
