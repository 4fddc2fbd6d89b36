package dev.assay.market;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.time.Duration;
import java.time.Instant;

/** One lease from its order to its verdict, without a market: evidence for settlements. */
public final class Story {
    public static final Instant BEGAN = Instant.parse("2026-01-31T12:00:00Z");

    private static final SigningKey TENANT = Papers.key();
    private static final SigningKey PROVIDER = Papers.key();
    private static final SigningKey MARKET = Papers.key();

    private final Work work;
    private final VerifiedLease lease;
    private final ReceiptChain chain;

    /** A lease at a rate, on an order with a deposit, that may take so long. */
    public Story(
            Work work,
            Price maxPrice,
            MicroAmount rate,
            MicroAmount deposit,
            FeeSchedule fees,
            Duration time)
            throws VerificationException {
        this(work, Papers.spec(work, maxPrice), rate, deposit, fees, time);
    }

    /** A lease on any job, of whose work nothing will be done. */
    public Story(
            JobSpec spec, MicroAmount rate, MicroAmount deposit, FeeSchedule fees, Duration time)
            throws VerificationException {
        this(Work.NOMINAL, spec, rate, deposit, fees, time);
    }

    private Story(
            Work work,
            JobSpec spec,
            MicroAmount rate,
            MicroAmount deposit,
            FeeSchedule fees,
            Duration time)
            throws VerificationException {
        this.work = work;
        OrderPredicate order = Papers.order(TENANT, spec, deposit, BEGAN, time);
        this.lease = Papers.lease(order, TENANT, MARKET, PROVIDER.keyId(), rate, fees);
        this.chain = new ReceiptChain(lease, PROVIDER.verifyingKey());
    }

    public VerifiedLease lease() {
        return lease;
    }

    public ReceiptChain chain() {
        return chain;
    }

    /** The provider's next receipt, verified. */
    public VerifiedReceipt receipt(int units, Duration wall) throws VerificationException {
        Envelope envelope = Papers.receipt(lease, PROVIDER, chain.head(), work, units, wall);
        return chain.append(envelope, BEGAN.plus(wall));
    }

    /** The provider's next receipt, for time in which no unit was finished. */
    public void idle(Duration wall) throws VerificationException {
        receipt(0, wall);
    }

    /** The result after the last receipt. */
    public AttestedResult result() throws VerificationException {
        VerifiedReceipt head = chain.head().orElseThrow();
        return AttestedResult.verify(
                SignedStatement.sign(Papers.result(lease, head, work).statement(), PROVIDER),
                PROVIDER.verifyingKey(),
                lease,
                head);
    }

    /** The tenant's verdict on the result. */
    public AuditedResult audited(Outcome outcome) throws VerificationException {
        AttestedResult result = result();
        Digest root = Papers.digest("log root");
        return AuditedResult.verify(
                result,
                SignedStatement.sign(
                        Papers.verdict(lease, result.digest(), outcome, 7, root).statement(),
                        TENANT),
                TENANT.verifyingKey(),
                7,
                root);
    }
}
