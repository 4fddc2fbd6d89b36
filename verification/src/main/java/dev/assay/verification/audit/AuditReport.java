package dev.assay.verification.audit;

import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.util.List;

/** What an audit found, in the order in which it looked. */
public record AuditReport(List<Finding> findings) {
    public AuditReport {
        findings = List.copyOf(findings);
        if (findings.isEmpty()) {
            throw new IllegalArgumentException("an audit that found nothing did not look");
        }
    }

    /**
     * FAIL when something was refuted; INCONCLUSIVE when nothing was, but something that the audit
     * is there to check could not be; else PASS. What no such evidence can show takes nothing away
     * from a PASS.
     */
    public Outcome verdict() {
        if (!with(Standing.REFUTED).isEmpty()) {
            return Outcome.FAIL;
        }
        return with(Standing.UNCHECKED).isEmpty() ? Outcome.PASS : Outcome.INCONCLUSIVE;
    }

    /** Whether the verdict is PASS. */
    public boolean passed() {
        return verdict() == Outcome.PASS;
    }

    public List<Finding> with(Standing standing) {
        return findings.stream().filter(finding -> finding.standing() == standing).toList();
    }
}
