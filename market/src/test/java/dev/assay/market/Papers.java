package dev.assay.market;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.ImageName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Network;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Verification;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.UnitDraw;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.attest.VerifiedOrder;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.ResultPredicate.InferenceBuild;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.VerdictPredicate;
import dev.assay.verification.statement.VerdictPredicate.Method;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The papers of a lease, honestly written and really signed. */
public final class Papers {
    /** The auditor's secret in every test. */
    public static final Digest SECRET = digest("secret");

    public static final int ROWS = 2_000;
    public static final int BATCH = 64;
    public static final Resources NEEDED = new Resources(1, 1 << 20, 0, 0);

    private static final SecureRandom RANDOM = new SecureRandom();

    private Papers() {}

    public static Digest digest(String text) {
        return Digest.sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    public static SigningKey key() {
        return SigningKey.create(RANDOM);
    }

    /** So many micro-USDC per thousand rows. */
    public static Price price(long micros) {
        return new Price(MicroAmount.of(micros), Denom.USDC, PriceUnit.THOUSAND_ROWS);
    }

    /** Two thousand rows in 32 units. */
    public static JobSpec spec(Work work, Price maxPrice) {
        return new JobSpec(
                "digits",
                NEEDED,
                new Inference(work.model(), work.input(), ROWS, EngineName.EXACT, BATCH),
                maxPrice,
                new Verification(500));
    }

    /** One container, by time. */
    public static JobSpec containers(Price maxPrice) {
        return new JobSpec(
                "containers",
                NEEDED,
                new Container(
                        new ImageName.Reference("busybox:1"),
                        List.of("true"),
                        Map.of(),
                        List.of(),
                        List.of("."),
                        List.of(),
                        Container.DEFAULT_SHM_BYTES,
                        Network.NONE,
                        1),
                maxPrice,
                new Verification(500));
    }

    /** An order that its tenant audits. */
    public static OrderPredicate order(
            SigningKey tenant, JobSpec spec, MicroAmount deposit, Instant now, Duration time) {
        return new OrderPredicate(
                tenant.keyId(),
                tenant.keyId(),
                spec,
                deposit,
                now,
                now.plus(time),
                Digest.sha256(SECRET.bytes()),
                digest("nonce " + RANDOM.nextLong()));
    }

    /** A lease on an order at a rate. */
    public static VerifiedLease lease(
            OrderPredicate order,
            SigningKey tenant,
            SigningKey market,
            KeyId provider,
            MicroAmount rate,
            FeeSchedule fees)
            throws VerificationException {
        VerifiedOrder verified =
                VerifiedOrder.verify(
                        SignedStatement.sign(order.statement(), tenant), tenant.verifyingKey());
        LeasePredicate terms =
                new LeasePredicate(
                        verified.id(),
                        order.spec().digest(),
                        order.tenant(),
                        provider,
                        order.auditor(),
                        order.spec().maxPrice().at(rate),
                        order.deposit(),
                        fees,
                        order.seedCommitment(),
                        order.createdOn(),
                        order.deadline());
        return VerifiedLease.verify(
                SignedStatement.sign(terms.statement(), market), market.verifyingKey(), verified);
    }

    /** The next receipt: so many units done in all, after so much wall time in all. */
    public static Envelope receipt(
            VerifiedLease lease,
            SigningKey provider,
            Optional<VerifiedReceipt> before,
            Work work,
            int units,
            Duration wall)
            throws VerificationException {
        Instant began = lease.lease().createdOn();
        Instant start = before.map(receipt -> receipt.receipt().periodEnd()).orElse(began);
        UsagePredicate usage =
                new UsagePredicate(
                        lease.id(),
                        lease.lease().spec(),
                        before.map(receipt -> receipt.receipt().sequence() + 1).orElse(0L),
                        before.map(VerifiedReceipt::digest).orElse(lease.id().digest()),
                        start,
                        began.plus(wall),
                        List.of(new UsagePredicate.Device("cpu0", "cpu")),
                        new Usage(wall, wall, 1 << 20, Math.min(ROWS, (long) units * BATCH), units),
                        work.unitRoots().get(units));
        return SignedStatement.sign(usage.statement(), provider);
    }

    /** The result that follows the last receipt. */
    public static ResultPredicate result(VerifiedLease lease, VerifiedReceipt head, Work files) {
        Inference work = (Inference) lease.order().order().spec().work();
        return new ResultPredicate(
                lease.id(),
                lease.lease().spec(),
                lease.lease().provider(),
                new InferenceBuild(work.model(), work.input(), work.engine(), files.graph()),
                files.output(),
                work.units(),
                head.receipt().unitRoot(),
                lease.lease().seedCommitment(),
                lease.lease().createdOn(),
                head.receipt().periodEnd(),
                head.digest());
    }

    /**
     * The tenant's verdict on a result, at a checkpoint that covers it; a FAIL fails every unit.
     */
    public static VerdictPredicate verdict(
            VerifiedLease lease,
            Digest result,
            Outcome outcome,
            long checkpointSize,
            Digest checkpointRoot) {
        JobSpec spec = lease.order().order().spec();
        int units = spec.work().units();
        List<Integer> drawn =
                UnitDraw.draw(
                        SECRET, checkpointSize, checkpointRoot, units, spec.verify().drawn(units));
        return new VerdictPredicate(
                lease.id(),
                result,
                lease.lease().auditor(),
                outcome,
                Method.EXACT_REPLAY,
                SECRET,
                checkpointSize,
                checkpointRoot,
                drawn,
                outcome == Outcome.FAIL ? drawn : List.of(),
                outcome + " by the tenant's own replay",
                lease.lease().createdOn());
    }
}
