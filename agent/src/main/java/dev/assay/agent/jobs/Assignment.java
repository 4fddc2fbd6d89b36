package dev.assay.agent.jobs;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.Statement;

/**
 * What a provider is to do, checked against the market's signature: the lease, and the order that
 * the lease names by digest and whose terms it keeps. The tenant's own signature is the market's to
 * check.
 */
public record Assignment(LeaseId id, LeasePredicate lease, OrderPredicate order) {
    /** Verifies an award. */
    public static Assignment verify(Award award, VerifyingKey marketKey, VerifyingKey providerKey)
            throws VerificationException {
        SignedStatement<LeasePredicate> lease =
                SignedStatement.verify(
                        Envelope.parse(award.leaseEnvelope().toArray()),
                        marketKey,
                        LeasePredicate.class);
        Envelope order = Envelope.parse(award.orderEnvelope().toArray());
        if (!lease.digest().equals(award.lease().digest())
                || !lease.predicate().provider().equals(providerKey.keyId())) {
            throw new VerificationException(
                    Code.BAD_STATEMENT, "the award's lease is another one, or another provider's");
        }
        OrderPredicate asked = order(order);
        VerifiedLease.requireTerms(lease.predicate(), new OrderId(order.payloadDigest()), asked);
        return new Assignment(award.lease(), lease.predicate(), asked);
    }

    /** Refuses a lease that pays less than this: what the provider asked. */
    public Assignment paying(MicroAmount asked) throws VerificationException {
        if (lease.price().rate().compareTo(asked) < 0) {
            throw new VerificationException(
                    Code.BAD_STATEMENT,
                    "lease.price: %s is less than the %s that was asked"
                            .formatted(lease.price(), asked));
        }
        return this;
    }

    /** Reads the order inside an envelope, without verifying who signed it. */
    public static OrderPredicate order(Envelope envelope) throws VerificationException {
        try {
            if (Statement.parse(envelope.payload()).predicate() instanceof OrderPredicate order) {
                return order;
            }
            throw new VerificationException(Code.BAD_STATEMENT, "the envelope holds no order");
        } catch (JsonException e) {
            throw new VerificationException(Code.BAD_STATEMENT, String.valueOf(e.getMessage()), e);
        }
    }

    public JobSpec spec() {
        return order.spec();
    }
}
