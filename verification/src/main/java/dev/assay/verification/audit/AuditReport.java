package dev.assay.verification.audit;

import dev.assay.verification.audit.Finding.Standing;

import java.util.List;

/** What an audit found, in the order in which it looked. */
public record AuditReport(List<Finding> findings) {
    public AuditReport {
        findings = List.copyOf(findings);
        if (findings.isEmpty()) {
            throw new IllegalArgumentException("an audit that found nothing did not look");
        }
    }

    /** Whether nothing was refuted. */
    public boolean passed() {
        return findings.stream().noneMatch(finding -> finding.standing() == Standing.REFUTED);
    }

    public List<Finding> with(Standing standing) {
        return findings.stream().filter(finding -> finding.standing() == standing).toList();
    }
}
