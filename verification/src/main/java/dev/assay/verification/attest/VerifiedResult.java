package dev.assay.verification.attest;

/** Evidence of a result that its auditor checked and passed; settlement pays for nothing less. */
public final class VerifiedResult {
    private final AuditedResult audited;

    VerifiedResult(AuditedResult audited) {
        this.audited = audited;
    }

    public AuditedResult audited() {
        return audited;
    }

    /** Rows that the result covers. */
    public long rows() {
        return audited.result().lease().order().order().spec().work().totalRows();
    }
}
