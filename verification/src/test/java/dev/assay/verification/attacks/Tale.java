package dev.assay.verification.attacks;

import dev.assay.models.ModelException;
import dev.assay.models.tensor.Tensor;
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
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.attest.UnitDraw;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.SettlementPredicate.Purpose;
import dev.assay.verification.statement.SettlementPredicate.Transfer;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.VerdictPredicate;
import dev.assay.verification.statement.VerdictPredicate.Method;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A lease from its order to its settlement, the same bytes in every telling. Any party may be made
 * to lie, or another to sign in its place; whoever speaks after it builds on what was said, so that
 * nothing else is wrong.
 */
final class Tale {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final Digest SECRET = Digest.sha256(new byte[] {42});
    static final String LAST_RECEIPT = EvidenceLayout.receipt(2);

    /** Units that are finished by each receipt's end. */
    private static final int[] FINISHED = {0, 1, 3};

    private static final int LATE = -1;

    /** A statement as it was signed and logged. */
    record Said(Envelope envelope, SigningKey signer, int index) {
        Digest digest() {
            return envelope.payloadDigest();
        }
    }

    final TinyModel model;
    final JobSpec spec;
    final TaleLog log = new TaleLog();

    private final Map<String, Map<String, Object>> lies = new HashMap<>();
    private final Map<String, SigningKey> impostors = new HashMap<>();
    private final Map<String, Said> said = new LinkedHashMap<>();

    /** What the provider says came out, and commits to. */
    Tensor output = TinyModel.output();

    Outcome outcome = Outcome.PASS;

    private final Map<String, Logged> keyStatements = new LinkedHashMap<>();
    private final Map<Integer, Logged> keyEntries = new TreeMap<>();

    private Optional<String> late = Optional.empty();

    /** The log as it was when the draw was fixed; the honest auditor takes it after the result. */
    Optional<TlogProof> draw = Optional.empty();

    Tale() {
        try {
            model = new TinyModel();
        } catch (ModelException e) {
            throw new AssertionError("the tiny model is whole", e);
        }
        spec =
                new JobSpec(
                        "tiny",
                        new Resources(2, 1 << 20, 0, 0),
                        model.work(EngineName.EXACT),
                        new Price(MicroAmount.of(800_000), Denom.USDC, PriceUnit.THOUSAND_ROWS),
                        new Verification(5_000));
    }

    /** Changes one value of a statement before it is signed. */
    Tale lie(String document, String pointer, Object value) {
        lies.computeIfAbsent(document, _ -> new LinkedHashMap<>()).put(pointer, value);
        return this;
    }

    /** Has somebody else sign a statement. */
    Tale signedBy(String document, SigningKey signer) {
        impostors.put(document, signer);
        return this;
    }

    /** A statement about a key, and who signed it. */
    record Logged(Envelope envelope, SigningKey signer) {}

    /** Has a statement about a key logged just before another statement. */
    Tale keyBefore(String document, Envelope envelope, SigningKey signer) {
        keyStatements.put(document, new Logged(envelope, signer));
        return this;
    }

    /** The statements about keys, by their places in the log. */
    Map<Integer, Logged> keyEntries() {
        return keyEntries;
    }

    /** Has a statement logged after all others. */
    Tale late(String document) {
        late = Optional.of(document);
        return this;
    }

    /** Lets it happen; the statements by name, in the order in which they were logged. */
    Map<String, Said> tell() {
        if (!said.isEmpty()) {
            return said;
        }
        log.append("somebody else's entry".getBytes(StandardCharsets.UTF_8));
        try {
            Digest order = say(EvidenceLayout.ORDER, order().statement(), Parties.TENANT);
            LeaseId lease =
                    new LeaseId(
                            say(EvidenceLayout.LEASE, lease(order).statement(), Parties.MARKET));
            Digest head = receipts(lease);
            Digest result =
                    say(EvidenceLayout.RESULT, result(lease, head).statement(), Parties.PROVIDER);
            LogCheckpoint drawn = draw().note().checkpoint();
            Digest verdict =
                    say(
                            EvidenceLayout.VERDICT,
                            verdict(lease, result, drawn).statement(),
                            Parties.TENANT);
            say(
                    EvidenceLayout.SETTLEMENT,
                    settlement(lease, head, result, verdict).statement(),
                    Parties.MARKET);
            said.replaceAll((_, last) -> last.index() == LATE ? logged(last) : last);
            return said;
        } catch (VerificationException e) {
            throw new AssertionError("everybody can sign", e);
        }
    }

    /** The proof of the checkpoint that fixed the draw. */
    TlogProof draw() {
        Said result = said.get(EvidenceLayout.RESULT);
        if (result == null) {
            throw new IllegalStateException("there is no result yet");
        }
        return draw.orElseGet(() -> log.proof(result.index(), result.index() + 1));
    }

    Inference work() {
        return (Inference) spec.work();
    }

    /** A receipt's usage: so many seconds, so many units. */
    static List<Map<String, String>> meters(long seconds, long rows, long units) {
        return List.of(
                meter("assay.wall.time", seconds * 1_000, "ms"),
                meter("process.cpu.time", seconds * 500, "ms"),
                meter("process.memory.peak", 1 << 20, "By"),
                meter("assay.rows", rows, "{row}"),
                meter("assay.units", units, "{unit}"));
    }

    static Map<String, String> meter(String name, long quantity, String unit) {
        return Map.of("meter", name, "quantity", Long.toString(quantity), "unit", unit);
    }

    private Digest say(String name, Statement statement, SigningKey honest)
            throws VerificationException {
        byte[] bytes = statement.bytes();
        for (Map.Entry<String, Object> lie : lies.getOrDefault(name, Map.of()).entrySet()) {
            bytes = Forgery.bytes(bytes, lie.getKey(), lie.getValue());
        }
        Logged key = keyStatements.get(name);
        if (key != null) {
            keyEntries.put(log.append(key.envelope(), key.signer()), key);
        }
        SigningKey signer = impostors.getOrDefault(name, honest);
        Envelope envelope = Envelope.sign(bytes, signer);
        int index = late.equals(Optional.of(name)) ? LATE : log.append(envelope, signer);
        said.put(name, new Said(envelope, signer, index));
        return envelope.payloadDigest();
    }

    private Said logged(Said late) {
        return new Said(late.envelope(), late.signer(), log.append(late.envelope(), late.signer()));
    }

    private OrderPredicate order() {
        return new OrderPredicate(
                Parties.TENANT.keyId(),
                Parties.TENANT.keyId(),
                spec,
                MicroAmount.of(4_000),
                NOW,
                NOW.plusSeconds(600),
                Digest.sha256(SECRET.bytes()),
                Digest.sha256(new byte[] {7}));
    }

    private LeasePredicate lease(Digest order) {
        return new LeasePredicate(
                new OrderId(order),
                spec.digest(),
                Parties.TENANT.keyId(),
                Parties.PROVIDER.keyId(),
                Parties.TENANT.keyId(),
                spec.maxPrice().at(MicroAmount.of(350_000)),
                MicroAmount.of(4_000),
                new FeeSchedule(
                        2_000,
                        List.of(
                                new FeeSchedule.Pool("community", 6_000),
                                new FeeSchedule.Pool("stakers", 4_000))),
                Digest.sha256(SECRET.bytes()),
                NOW.plusSeconds(1),
                NOW.plusSeconds(600));
    }

    private Digest receipts(LeaseId lease) throws VerificationException {
        Digest previous = lease.digest();
        for (int i = 0; i < FINISHED.length; i++) {
            UsagePredicate receipt =
                    new UsagePredicate(
                            lease,
                            spec.digest(),
                            i,
                            previous,
                            NOW.plusSeconds(2 + i),
                            NOW.plusSeconds(3 + i),
                            List.of(new UsagePredicate.Device("2 of 2 × Test CPU", "cpu")),
                            new Usage(
                                    Duration.ofSeconds(i + 1),
                                    Duration.ofMillis(500L * (i + 1)),
                                    1 << 20,
                                    GpuUsage.NONE,
                                    spec.work().rows(FINISHED[i]),
                                    0,
                                    FINISHED[i]),
                            root(FINISHED[i]));
            previous = say(EvidenceLayout.receipt(i), receipt.statement(), Parties.PROVIDER);
        }
        return previous;
    }

    private Digest root(int units) {
        return TinyModel.root(work(), output, units);
    }

    private ResultPredicate result(LeaseId lease, Digest head) {
        return new ResultPredicate(
                lease,
                spec.digest(),
                Parties.PROVIDER.keyId(),
                new ResultPredicate.InferenceBuild(
                        work().model(), work().input(), work().engine(), model.graph.digest()),
                Digest.sha256(TinyModel.file(output)),
                work().units(),
                root(work().units()),
                Digest.sha256(SECRET.bytes()),
                NOW.plusSeconds(2),
                NOW.plusSeconds(5),
                head);
    }

    private VerdictPredicate verdict(LeaseId lease, Digest result, LogCheckpoint drawn) {
        int units = work().units();
        List<Integer> replayed =
                UnitDraw.draw(
                        SECRET, drawn.size(), drawn.root(), units, spec.verify().drawn(units));
        return new VerdictPredicate(
                lease,
                result,
                Parties.TENANT.keyId(),
                outcome,
                Method.EXACT_REPLAY,
                SECRET,
                drawn.size(),
                drawn.root(),
                replayed,
                outcome == Outcome.FAIL ? replayed : List.of(),
                "said by a tale",
                NOW.plusSeconds(6));
    }

    /** 5 rows at 0.35 per thousand are 1,750; a fifth, 350, is the fee; 4,000 were deposited. */
    private SettlementPredicate settlement(
            LeaseId lease, Digest head, Digest result, Digest verdict) {
        Digest order = said(EvidenceLayout.ORDER).digest();
        String escrow = "escrow:" + order.hex();
        String tenant = "tenant:" + Parties.TENANT.keyId().hex();
        String provider = "provider:" + Parties.PROVIDER.keyId().hex();
        String bid = "bid:" + order.hex() + ":" + Parties.PROVIDER.keyId().hex();
        boolean paid = outcome == Outcome.PASS;
        List<Transfer> transfers = new ArrayList<>();
        if (paid) {
            transfers.add(transfer(Purpose.PAYMENT, escrow, provider, 1_400));
            transfers.add(transfer(Purpose.FEE, escrow, "pool:community", 210));
            transfers.add(transfer(Purpose.FEE, escrow, "pool:stakers", 140));
        }
        transfers.add(transfer(Purpose.REFUND, escrow, tenant, paid ? 2_250 : 4_000));
        transfers.add(
                paid
                        ? transfer(Purpose.BID_DEPOSIT, bid, provider, 10_000)
                        : transfer(Purpose.SLASH, bid, tenant, 10_000));
        return new SettlementPredicate(
                lease,
                paid ? CloseReason.DONE : CloseReason.AUDIT_FAILED,
                Denom.USDC,
                paid ? 5 : 0,
                MicroAmount.of(paid ? 1_750 : 0),
                Optional.of(head),
                Optional.of(result),
                Optional.of(verdict),
                transfers,
                NOW.plusSeconds(7));
    }

    private Said said(String name) {
        return Optional.ofNullable(said.get(name)).orElseThrow();
    }

    private static Transfer transfer(Purpose purpose, String from, String to, long micros) {
        return new Transfer(purpose, from, to, MicroAmount.of(micros));
    }

    /** A checkpoint of this tale's log, signed by it. */
    SignedNote checkpoint() {
        return log.checkpoint(log.size());
    }
}
