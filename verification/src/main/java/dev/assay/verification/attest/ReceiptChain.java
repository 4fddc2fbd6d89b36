package dev.assay.verification.attest;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.UsagePredicate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The receipts of one lease, verified one after the other. Each must be signed by the lease's
 * provider, name the lease, follow the one before without gap, overlap or fork, never count less
 * than it, and stay within what the job and the time allow. Not thread-safe.
 */
public final class ReceiptChain {
    /** How far the clocks of two parties may differ. */
    public static final Duration CLOCK_SKEW = Duration.ofSeconds(10);

    private final VerifiedLease lease;
    private final VerifyingKey providerKey;
    private final List<VerifiedReceipt> receipts = new ArrayList<>();

    /** An empty chain. The key must be the lease's provider's. */
    public ReceiptChain(VerifiedLease lease, VerifyingKey providerKey)
            throws VerificationException {
        Require.equal(providerKey.keyId(), lease.lease().provider(), "lease.provider");
        this.lease = lease;
        this.providerKey = providerKey;
    }

    /**
     * Verifies the next receipt and adds it.
     *
     * @param now the verifier's time; the receipt's period must not run ahead of it
     */
    public VerifiedReceipt append(Envelope envelope, Instant now) throws VerificationException {
        SignedStatement<UsagePredicate> statement =
                SignedStatement.verify(envelope, providerKey, UsagePredicate.class);
        UsagePredicate receipt = statement.predicate();
        Require.equal(receipt.lease(), lease.id(), Code.BROKEN_CHAIN, "usage.leaseId");
        Require.equal(receipt.spec(), lease.lease().spec(), "usage.spec");
        position(receipt);
        period(receipt, now);
        quantities(receipt);
        VerifiedReceipt verified = new VerifiedReceipt(statement);
        receipts.add(verified);
        return verified;
    }

    /** The newest receipt. */
    public Optional<VerifiedReceipt> head() {
        return receipts.isEmpty() ? Optional.empty() : Optional.of(receipts.getLast());
    }

    /** All receipts, oldest first. */
    public List<VerifiedReceipt> receipts() {
        return List.copyOf(receipts);
    }

    private void position(UsagePredicate receipt) throws VerificationException {
        Digest before = head().map(VerifiedReceipt::digest).orElse(lease.id().digest());
        if (receipt.sequence() != receipts.size() || !receipt.previous().equals(before)) {
            throw new VerificationException(
                    Code.BROKEN_CHAIN,
                    "usage.sequence",
                    "receipt "
                            + receipt.sequence()
                            + " after "
                            + receipt.previous().brief()
                            + " does not continue the chain, which expects "
                            + receipts.size()
                            + " after "
                            + before.brief());
        }
    }

    private void period(UsagePredicate receipt, Instant now) throws VerificationException {
        Optional<Instant> end = head().map(head -> head.receipt().periodEnd());
        if (end.isPresent()) {
            Require.equal(
                    receipt.periodStart(), end.get(), Code.BAD_PERIOD, "usage.chargePeriodStart");
        } else {
            Require.that(
                    !receipt.periodStart().isBefore(lease.lease().createdOn().minus(CLOCK_SKEW)),
                    Code.BAD_PERIOD,
                    "usage.chargePeriodStart",
                    receipt.periodStart() + " is before the lease began");
        }
        Require.that(
                !receipt.periodEnd().isAfter(now.plus(CLOCK_SKEW)),
                Code.BAD_PERIOD,
                "usage.chargePeriodEnd",
                receipt.periodEnd() + " is in the future");
    }

    private void quantities(UsagePredicate receipt) throws VerificationException {
        Usage before = head().map(head -> head.receipt().usage()).orElse(Usage.NONE);
        Instant began =
                receipts.isEmpty()
                        ? receipt.periodStart()
                        : receipts.getFirst().receipt().periodStart();
        UsageBounds.check(
                receipt,
                before,
                Duration.between(began, receipt.periodEnd()),
                lease.order().order().spec());
        Require.that(
                receipt.usage().units() > 0
                        || receipt.unitRoot().equals(UnitCommitments.EMPTY_ROOT),
                "usage.unitRoot",
                "commits to units before any is finished");
        Require.that(
                receipt.usage().units() != before.units()
                        || receipts.isEmpty()
                        || receipt.unitRoot().equals(receipts.getLast().receipt().unitRoot()),
                "usage.unitRoot",
                "changed although no unit was finished");
    }
}
