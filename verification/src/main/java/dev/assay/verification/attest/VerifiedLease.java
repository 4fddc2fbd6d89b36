package dev.assay.verification.attest;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;

/** Evidence that a market granted a lease, on terms within those of the tenant's order. */
public final class VerifiedLease {
    private final SignedStatement<LeasePredicate> statement;
    private final VerifiedOrder order;

    private VerifiedLease(SignedStatement<LeasePredicate> statement, VerifiedOrder order) {
        this.statement = statement;
        this.order = order;
    }

    /** Verifies the market's signature and every term against the order. */
    public static VerifiedLease verify(
            Envelope envelope, VerifyingKey marketKey, VerifiedOrder order)
            throws VerificationException {
        SignedStatement<LeasePredicate> statement =
                SignedStatement.verify(envelope, marketKey, LeasePredicate.class);
        requireTerms(statement.predicate(), order.id(), order.order());
        return new VerifiedLease(statement, order);
    }

    /** Refuses terms that an order does not have; who signed the order is not looked at. */
    public static void requireTerms(LeasePredicate lease, OrderId order, OrderPredicate asked)
            throws VerificationException {
        Require.equal(lease.order(), order, "lease.order");
        Require.equal(lease.spec(), asked.spec().digest(), "lease.spec");
        Require.equal(lease.tenant(), asked.tenant(), "lease.tenant");
        Require.equal(lease.auditor(), asked.auditor(), "lease.auditor");
        Require.equal(lease.deposit(), asked.deposit(), "lease.deposit");
        Require.equal(lease.deadline(), asked.deadline(), "lease.deadline");
        Require.equal(lease.seedCommitment(), asked.seedCommitment(), "lease.seedCommitment");
        Require.equal(
                lease.price(), asked.spec().maxPrice().at(lease.price().rate()), "lease.price");
        Require.that(
                lease.price().rate().compareTo(asked.spec().maxPrice().rate()) <= 0,
                "lease.price",
                lease.price().rate()
                        + " is above the order's maximum "
                        + asked.spec().maxPrice().rate());
        Require.that(
                !lease.provider().equals(asked.auditor()),
                "lease.provider",
                "is the order's auditor, whose word would pay it");
        Require.that(
                !asked.createdOn().isAfter(lease.createdOn().plus(ReceiptChain.CLOCK_SKEW))
                        && lease.createdOn().isBefore(asked.deadline()),
                "lease.createdOn",
                lease.createdOn() + " is not between the order and its deadline");
    }

    public LeaseId id() {
        return new LeaseId(statement.digest());
    }

    public LeasePredicate lease() {
        return statement.predicate();
    }

    public VerifiedOrder order() {
        return order;
    }

    public SignedStatement<LeasePredicate> statement() {
        return statement;
    }
}
