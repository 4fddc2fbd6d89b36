package dev.assay.benchmarks.history;

import dev.assay.benchmarks.history.HistoryMaker.Signed;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Verification;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.UnitDraw;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.ResultPredicate.InferenceBuild;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.SettlementPredicate.Purpose;
import dev.assay.verification.statement.SettlementPredicate.Transfer;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.UsagePredicate.Device;
import dev.assay.verification.statement.VerdictPredicate;
import dev.assay.verification.statement.VerdictPredicate.Method;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One lease from its order to its settlement: ten rows a receipt, on one GPU. Nothing is computed;
 * its digests are of names. Not thread-safe.
 */
final class MadeLease {
    static final long PERIOD_SECONDS = 10;

    private static final Digest SECRET = digest("secret");
    private static final int ROWS = 10;

    private final Instant begin;
    private final int receipts;
    private final int gpu;
    private final SigningKey tenant;
    private final SigningKey provider;
    private final SigningKey market;
    private final JobSpec spec;
    private final OrderPredicate order;
    private final LeasePredicate lease;
    private final Digest leaseDigest;
    private final List<Signed> worked = new ArrayList<>();
    private Digest head;
    private Digest result = SECRET;

    MadeLease(
            int number,
            int gpu,
            Instant begin,
            int receipts,
            SigningKey tenant,
            SigningKey provider,
            SigningKey market) {
        this.gpu = gpu;
        this.begin = begin;
        this.receipts = receipts;
        this.tenant = tenant;
        this.provider = provider;
        this.market = market;
        this.spec =
                new JobSpec(
                        "made",
                        new Resources(2, 1L << 30, 0, 1),
                        new Inference(
                                digest("model"),
                                digest("input"),
                                (long) ROWS * receipts,
                                EngineName.EXACT,
                                ROWS),
                        new Price(MicroAmount.of(800_000), Denom.USDC, PriceUnit.THOUSAND_ROWS),
                        new Verification(100));
        Instant deadline = end().plusSeconds(3_600);
        this.order =
                new OrderPredicate(
                        tenant.keyId(),
                        tenant.keyId(),
                        spec,
                        spec.maxPrice().cover((long) ROWS * receipts),
                        begin,
                        deadline,
                        Digest.sha256(SECRET.bytes()),
                        digest("nonce " + number));
        this.lease =
                new LeasePredicate(
                        new OrderId(digest(order.statement())),
                        spec.digest(),
                        tenant.keyId(),
                        provider.keyId(),
                        tenant.keyId(),
                        spec.maxPrice().at(MicroAmount.of(350_000)),
                        order.deposit(),
                        new FeeSchedule(2_000, List.of(new FeeSchedule.Pool("community", 10_000))),
                        order.seedCommitment(),
                        begin.plusSeconds(1),
                        deadline);
        this.leaseDigest = digest(lease.statement());
        this.head = leaseDigest;
    }

    private Instant end() {
        return begin.plusSeconds(2 + PERIOD_SECONDS * receipts);
    }

    /** What was signed until the work was done, in order. */
    List<Signed> worked() {
        return worked;
    }

    /** Orders, grants and does the work. */
    void work() {
        sign(order.statement(), tenant);
        sign(lease.statement(), market);
        for (int i = 0; i < receipts; i++) {
            head = sign(receipt(i).statement(), provider);
        }
        result = sign(result().statement(), provider);
    }

    /** The verdict at a checkpoint, and the settlement. */
    List<Signed> end(long checkpointSize, Digest checkpointRoot) throws VerificationException {
        VerdictPredicate verdict =
                new VerdictPredicate(
                        new LeaseId(leaseDigest),
                        result,
                        tenant.keyId(),
                        Outcome.PASS,
                        Method.EXACT_REPLAY,
                        SECRET,
                        checkpointSize,
                        checkpointRoot,
                        UnitDraw.draw(
                                SECRET,
                                checkpointSize,
                                checkpointRoot,
                                receipts,
                                spec.verify().drawn(receipts)),
                        List.of(),
                        "made",
                        end().plusSeconds(1));
        return List.of(
                new Signed(SignedStatement.sign(verdict.statement(), tenant), tenant),
                new Signed(
                        SignedStatement.sign(
                                settlement(digest(verdict.statement())).statement(), market),
                        market));
    }

    private UsagePredicate receipt(int number) {
        Instant start = begin.plusSeconds(2 + PERIOD_SECONDS * number);
        Duration wall = Duration.ofSeconds(PERIOD_SECONDS * (number + 1));
        int units = number + 1;
        return new UsagePredicate(
                new LeaseId(leaseDigest),
                spec.digest(),
                number,
                head,
                start,
                start.plusSeconds(PERIOD_SECONDS),
                List.of(
                        new Device("2 of 64 × Made Up CPU", "cpu"),
                        new Device(
                                "GPU-00000000-0000-0000-0000-00000000000" + gpu,
                                Device.GPU,
                                OptionalLong.of(700_000))),
                new Usage(
                        wall,
                        wall.dividedBy(2),
                        1L << 30,
                        new GpuUsage(wall.toMillis() * 300, 0, wall.dividedBy(3), 1L << 33),
                        spec.work().rows(units),
                        spec.work().steps(units),
                        units),
                digest("root " + units));
    }

    private ResultPredicate result() {
        return new ResultPredicate(
                new LeaseId(leaseDigest),
                spec.digest(),
                provider.keyId(),
                new InferenceBuild(
                        digest("model"), digest("input"), EngineName.EXACT, digest("graph")),
                digest("output"),
                receipts,
                digest("root " + receipts),
                lease.seedCommitment(),
                begin.plusSeconds(2),
                end(),
                head);
    }

    private SettlementPredicate settlement(Digest verdict) {
        long rows = (long) ROWS * receipts;
        MicroAmount owed = lease.price().owed(rows);
        FeeSchedule.Split split = lease.fees().split(owed);
        String escrow = "escrow:" + lease.order().hex();
        List<Transfer> transfers = new ArrayList<>();
        transfers.add(
                new Transfer(
                        Purpose.PAYMENT,
                        escrow,
                        "provider:" + provider.keyId().hex(),
                        split.provider()));
        split.pools()
                .forEach(
                        (pool, fee) ->
                                transfers.add(
                                        new Transfer(Purpose.FEE, escrow, "pool:" + pool, fee)));
        transfers.add(
                new Transfer(
                        Purpose.REFUND,
                        escrow,
                        "tenant:" + tenant.keyId().hex(),
                        lease.deposit().minus(owed)));
        return new SettlementPredicate(
                new LeaseId(leaseDigest),
                CloseReason.DONE,
                Denom.USDC,
                rows,
                owed,
                Optional.of(head),
                Optional.of(result),
                Optional.of(verdict),
                transfers,
                end().plusSeconds(2));
    }

    private Digest sign(Statement statement, SigningKey signer) {
        try {
            Signed signed = new Signed(SignedStatement.sign(statement, signer), signer);
            worked.add(signed);
            return signed.envelope().payloadDigest();
        } catch (VerificationException e) {
            throw new IllegalStateException("a key in memory signs", e);
        }
    }

    private static Digest digest(Statement statement) {
        return Digest.sha256(statement.bytes());
    }

    private static Digest digest(String name) {
        return Digest.sha256(name.getBytes(StandardCharsets.UTF_8));
    }
}
