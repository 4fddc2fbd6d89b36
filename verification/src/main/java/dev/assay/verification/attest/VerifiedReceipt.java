package dev.assay.verification.attest;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.statement.UsagePredicate;

/** Evidence of a receipt that stands in its lease's chain; made only by {@link ReceiptChain}. */
public final class VerifiedReceipt {
    private final SignedStatement<UsagePredicate> statement;

    VerifiedReceipt(SignedStatement<UsagePredicate> statement) {
        this.statement = statement;
    }

    public Digest digest() {
        return statement.digest();
    }

    public UsagePredicate receipt() {
        return statement.predicate();
    }

    public SignedStatement<UsagePredicate> statement() {
        return statement;
    }
}
