package dev.assay.verification.check;

import dev.assay.verification.attest.AuditedResult;

/**
 * Evidence of a result whose FAIL was reproduced by someone other than its auditor; made only by
 * {@link Replay}.
 */
public final class RefutedResult {
    private final AuditedResult audited;

    RefutedResult(AuditedResult audited) {
        this.audited = audited;
    }

    public AuditedResult audited() {
        return audited;
    }
}
