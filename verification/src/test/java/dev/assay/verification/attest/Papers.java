package dev.assay.verification.attest;

import dev.assay.models.ModelException;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Verification;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.ResultPredicate.InferenceBuild;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.VerdictPredicate;
import dev.assay.verification.statement.VerdictPredicate.Method;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The parties of one lease on the tiny model, and the papers they sign when all is well. */
public final class Papers {
    public static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    public static final Digest SECRET = Digest.sha256(new byte[] {42});

    public final SigningKey tenant = SigningKey.create(new SecureRandom());
    public final SigningKey provider = SigningKey.create(new SecureRandom());
    public final SigningKey market = SigningKey.create(new SecureRandom());
    public final SigningKey stranger = SigningKey.create(new SecureRandom());
    public final TinyModel model;
    public final JobSpec spec;

    /** Five rows at 0.80 usdc per thousand, two of the three units audited. */
    public Papers() throws ModelException {
        this(EngineName.EXACT, PriceUnit.THOUSAND_ROWS);
    }

    public Papers(EngineName engine, PriceUnit unit) throws ModelException {
        this(new TinyModel(), engine, unit);
    }

    private Papers(TinyModel model, EngineName engine, PriceUnit unit) {
        this(model, model.work(engine), unit);
    }

    /** Papers about other work than the tiny model's. */
    public Papers(Work work) throws ModelException {
        this(new TinyModel(), work, PriceUnit.THOUSAND_ROWS);
    }

    private Papers(TinyModel model, Work work, PriceUnit unit) {
        this.model = model;
        spec =
                new JobSpec(
                        "tiny",
                        new Resources(2, 1 << 20, 0, 0),
                        work,
                        new Price(MicroAmount.of(800_000), Denom.USDC, unit),
                        new Verification(5_000));
    }

    public Inference work() {
        return (Inference) spec.work();
    }

    public OrderPredicate order() {
        return new OrderPredicate(
                tenant.keyId(),
                tenant.keyId(),
                spec,
                MicroAmount.of(4_000),
                NOW,
                NOW.plusSeconds(600),
                Digest.sha256(SECRET.bytes()),
                Digest.sha256(new byte[] {7}));
    }

    public VerifiedOrder verifiedOrder() throws VerificationException {
        return VerifiedOrder.verify(
                SignedStatement.sign(order().statement(), tenant), tenant.verifyingKey());
    }

    public LeasePredicate lease() {
        OrderPredicate order = order();
        return new LeasePredicate(
                new dev.assay.protocol.id.OrderId(Digest.sha256(order.statement().bytes())),
                spec.digest(),
                tenant.keyId(),
                provider.keyId(),
                tenant.keyId(),
                spec.maxPrice().at(MicroAmount.of(350_000)),
                order.deposit(),
                new FeeSchedule(
                        2_000,
                        List.of(
                                new FeeSchedule.Pool("community", 6_000),
                                new FeeSchedule.Pool("stakers", 4_000))),
                order.seedCommitment(),
                NOW.plusSeconds(1),
                order.deadline());
    }

    public VerifiedLease verifiedLease() throws VerificationException {
        return VerifiedLease.verify(
                SignedStatement.sign(lease().statement(), market),
                market.verifyingKey(),
                verifiedOrder());
    }

    /** The receipt that follows {@code before}: so many units done, one second later each. */
    public UsagePredicate receipt(Optional<VerifiedReceipt> before, int units, Tensor output)
            throws VerificationException {
        return receipt(before, units, TinyModel.root(work(), output, units));
    }

    /** The same, whatever the work is. */
    public UsagePredicate receipt(Optional<VerifiedReceipt> before, int units, Digest root)
            throws VerificationException {
        long sequence = before.map(head -> head.receipt().sequence() + 1).orElse(0L);
        Instant start = before.map(head -> head.receipt().periodEnd()).orElse(NOW.plusSeconds(2));
        Duration wall = Duration.ofSeconds(sequence + 1);
        return new UsagePredicate(
                verifiedLease().id(),
                spec.digest(),
                sequence,
                before.map(VerifiedReceipt::digest).orElse(verifiedLease().id().digest()),
                start,
                start.plusSeconds(1),
                List.of(new UsagePredicate.Device("2 of 2 × Test CPU", "cpu")),
                new Usage(
                        wall,
                        wall.dividedBy(2),
                        1 << 20,
                        GpuUsage.NONE,
                        spec.work().rows(units),
                        spec.work().steps(units),
                        units),
                root);
    }

    /** A chain of two receipts: nothing done, all done. */
    public ReceiptChain chain(Tensor output) throws VerificationException {
        ReceiptChain chain = new ReceiptChain(verifiedLease(), provider.verifyingKey());
        for (int units : new int[] {0, work().units()}) {
            Statement receipt = receipt(chain.head(), units, output).statement();
            chain.append(SignedStatement.sign(receipt, provider), NOW.plusSeconds(60));
        }
        return chain;
    }

    /** The result that follows the last receipt. */
    public ResultPredicate result(VerifiedReceipt head, Tensor output)
            throws VerificationException {
        return new ResultPredicate(
                verifiedLease().id(),
                spec.digest(),
                provider.keyId(),
                new InferenceBuild(
                        work().model(), work().input(), work().engine(), model.graph.digest()),
                Digest.sha256(TinyModel.file(output)),
                work().units(),
                head.receipt().unitRoot(),
                lease().seedCommitment(),
                NOW.plusSeconds(2),
                NOW.plusSeconds(4),
                head.digest());
    }

    public AttestedResult attested(Tensor output) throws VerificationException {
        VerifiedReceipt head = chain(output).head().orElseThrow();
        return AttestedResult.verify(
                SignedStatement.sign(result(head, output).statement(), provider),
                provider.verifyingKey(),
                verifiedLease(),
                head);
    }

    /** A verdict at this checkpoint; a FAIL fails every drawn unit. */
    public VerdictPredicate verdict(
            AttestedResult result, Outcome outcome, long size, Digest root) {
        int units = work().units();
        List<Integer> drawn = UnitDraw.draw(SECRET, size, root, units, spec.verify().drawn(units));
        return new VerdictPredicate(
                result.lease().id(),
                result.digest(),
                tenant.keyId(),
                outcome,
                Method.EXACT_REPLAY,
                SECRET,
                size,
                root,
                drawn,
                outcome == Outcome.FAIL ? drawn : List.of(),
                "said by a test",
                NOW.plusSeconds(5));
    }
}
