package dev.assay.verification.history;

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
import dev.assay.verification.attest.UnitCommitments;
import dev.assay.verification.attest.UnitDraw;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.log.VerifiedCheckpoint;
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
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A provider's history as it comes to be, with real keys and a real log. Every party may be made to
 * lie: what it signs is then properly signed and logged all the same.
 */
final class Chronicle implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final String ORIGIN = "test.example/log";
    static final String GPU = "GPU-00000000-0000-0000-0000-000000000001";

    final SigningKey tenant = SigningKey.create(new SecureRandom());
    final SigningKey market = SigningKey.create(new SecureRandom());
    final SigningKey stranger = SigningKey.create(new SecureRandom());
    SigningKey provider = SigningKey.create(new SecureRandom());

    /** The key that the history names. */
    SigningKey first = provider;

    /** Entries of the log that are not put into the history. */
    final Set<Long> withheld = new TreeSet<>();

    private final Path folder;
    private final LogSigningKey logKey = LogSigningKey.create(ORIGIN, new SecureRandom());
    private final TransparencyLog log;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<Integer, Map<String, Object>> lies = new HashMap<>();
    private int signed;

    /** A statement in the log. */
    record Entry(long index, Envelope envelope, VerifyingKey signer) {
        Digest digest() {
            return envelope.payloadDigest();
        }
    }

    Chronicle(Path folder) throws Exception {
        this.folder = folder;
        this.log = TransparencyLog.open(folder.resolve(HistoryLayout.LOG), logKey);
    }

    /** Changes a value of the statement that is signed next. */
    Chronicle lie(String pointer, Object value) {
        return lieLater(0, pointer, value);
    }

    /** Changes a value of the statement that is signed after so many others. */
    Chronicle lieLater(int others, String pointer, Object value) {
        lies.computeIfAbsent(signed + others, _ -> new LinkedHashMap<>()).put(pointer, value);
        return this;
    }

    /** The bytes of a statement with a value replaced. */
    byte[] forged(Entry entry, String pointer, Object value) throws Exception {
        return Forgery.bytes(Statement.parse(entry.envelope().payload()), pointer, value);
    }

    /** Puts another envelope into the history than the log holds. */
    void replace(Entry entry, Envelope other) {
        entries.set(entries.indexOf(entry), new Entry(entry.index(), other, entry.signer()));
    }

    /** Says of a statement that the log holds it elsewhere. */
    void claim(Entry entry, long index) {
        entries.set(entries.indexOf(entry), new Entry(index, entry.envelope(), entry.signer()));
    }

    /** Has somebody else sign a statement too, with the next lies in it. */
    void resign(Entry entry, SigningKey signer) throws Exception {
        add(Statement.parse(entry.envelope().payload()), signer);
    }

    Entry add(Statement statement, SigningKey signer) throws Exception {
        byte[] bytes = statement.bytes();
        for (Map.Entry<String, Object> lie : lies.getOrDefault(signed++, Map.of()).entrySet()) {
            bytes = Forgery.bytes(Statement.parse(bytes), lie.getKey(), lie.getValue());
        }
        return add(Envelope.sign(bytes, signer), signer.verifyingKey());
    }

    Entry add(Envelope envelope, VerifyingKey signer) throws Exception {
        long index = log.append(List.of(LogLeaf.of(envelope, signer))).first();
        Entry entry = new Entry(index, envelope, signer);
        entries.add(entry);
        return entry;
    }

    Entry add(Envelope keyStatement) throws Exception {
        return add(keyStatement, KeyHistory.claimedSigner(keyStatement).orElseThrow());
    }

    /** Entries of somebody else's. */
    void others(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            log.append(List.of(("other " + i).getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** An order and its lease. */
    Told lease(Instant begin, String... gpus) throws Exception {
        return new Told(begin, List.of(gpus));
    }

    /** A lease on one GPU that goes as it should. */
    Told honest(Instant begin) throws Exception {
        Told lease = lease(begin, GPU);
        for (int units = 0; units <= 32; units += 8) {
            lease.receipt(units);
        }
        lease.result();
        lease.verdict();
        lease.settlement();
        return lease;
    }

    /** Writes the folder: the history is complete but for what is withheld. */
    Path write() throws Exception {
        try (HistoryWriter writer = HistoryWriter.begin(folder)) {
            for (Entry entry : entries) {
                if (!withheld.contains(entry.index())) {
                    writer.add(entry.index(), entry.envelope(), entry.signer());
                }
            }
            var _ =
                    writer.finish(
                            first.keyId(), market.keyId(), logKey.verifyingKey(), Optional.empty());
        }
        return folder;
    }

    /** Writes the folder and audits it a day later. */
    HistoryReport audit() throws Exception {
        write();
        return auditAgain();
    }

    HistoryReport auditAgain() throws Exception {
        return new HistoryAudit(folder, 2, NOW.plus(Duration.ofDays(1)), (_, _) -> {}).audit();
    }

    @Override
    public void close() throws VerificationException {
        log.close();
    }

    /** A lease as it goes on: 2,000 rows in 32 units, on a GPU or more. */
    final class Told {
        final JobSpec spec;
        final Entry order;
        final Entry lease;
        private final LeasePredicate terms;
        private final Instant begin;
        private final List<Device> devices = new ArrayList<>();
        private final List<Entry> receipts = new ArrayList<>();
        private UsagePredicate head;
        private Entry result;
        private VerdictPredicate verdict;
        private Digest verdictDigest;

        /** How long a receipt's period is. */
        Duration period = Duration.ofSeconds(10);

        private Told(Instant begin, List<String> gpus) throws Exception {
            this.begin = begin;
            devices.add(new Device("2 of 4 × Test CPU", "cpu"));
            gpus.forEach(gpu -> devices.add(new Device(gpu, Device.GPU)));
            spec =
                    new JobSpec(
                            "told",
                            new Resources(2, 1L << 30, 0, gpus.size()),
                            new Inference(
                                    digest("model"), digest("input"), 2_000, EngineName.EXACT, 64),
                            new Price(MicroAmount.of(800_000), Denom.USDC, PriceUnit.THOUSAND_ROWS),
                            new Verification(500));
            OrderPredicate asked =
                    new OrderPredicate(
                            tenant.keyId(),
                            tenant.keyId(),
                            spec,
                            MicroAmount.of(1_600_000),
                            begin,
                            begin.plusSeconds(6_000),
                            Digest.sha256(digest("secret").bytes()),
                            digest("nonce " + entries.size()));
            order = add(asked.statement(), tenant);
            terms =
                    new LeasePredicate(
                            new OrderId(order.digest()),
                            spec.digest(),
                            tenant.keyId(),
                            first.keyId(),
                            tenant.keyId(),
                            spec.maxPrice().at(MicroAmount.of(350_000)),
                            asked.deposit(),
                            new FeeSchedule(
                                    2_000, List.of(new FeeSchedule.Pool("community", 10_000))),
                            asked.seedCommitment(),
                            begin.plusSeconds(1),
                            asked.deadline());
            lease = add(terms.statement(), market);
        }

        LeaseId id() {
            return new LeaseId(lease.digest());
        }

        Entry last() {
            return receipts.getLast();
        }

        /** The next receipt, ten seconds after the one before. */
        Entry receipt(int units) throws Exception {
            head = next(units);
            Entry entry = add(head.statement(), provider);
            receipts.add(entry);
            return entry;
        }

        /** What the next receipt is to say. */
        UsagePredicate next(int units) {
            long sequence = head == null ? 0 : head.sequence() + 1;
            Instant start = head == null ? begin.plusSeconds(2) : head.periodEnd();
            Duration wall = period.multipliedBy(sequence + 1);
            return new UsagePredicate(
                    id(),
                    spec.digest(),
                    sequence,
                    receipts.isEmpty() ? lease.digest() : receipts.getLast().digest(),
                    start,
                    start.plus(period),
                    devices,
                    new Usage(
                            wall,
                            wall.dividedBy(2),
                            1 << 20,
                            spec.resources().gpus() == 0
                                    ? GpuUsage.NONE
                                    : new GpuUsage(
                                            wall.toMillis() * 200, 0, wall.dividedBy(3), 1 << 20),
                            spec.work().rows(units),
                            spec.work().steps(units),
                            units),
                    units == 0 ? UnitCommitments.EMPTY_ROOT : digest("root " + units));
        }

        Entry result() throws Exception {
            ResultPredicate said =
                    new ResultPredicate(
                            id(),
                            spec.digest(),
                            first.keyId(),
                            new InferenceBuild(
                                    digest("model"),
                                    digest("input"),
                                    EngineName.EXACT,
                                    digest("graph")),
                            digest("output"),
                            32,
                            head.unitRoot(),
                            terms.seedCommitment(),
                            begin.plusSeconds(2),
                            head.periodEnd(),
                            receipts.getLast().digest());
            result = add(said.statement(), provider);
            return result;
        }

        Entry verdict() throws Exception {
            VerifiedCheckpoint drawn = log.checkpoint();
            verdict =
                    new VerdictPredicate(
                            id(),
                            result.digest(),
                            tenant.keyId(),
                            Outcome.PASS,
                            Method.EXACT_REPLAY,
                            digest("secret"),
                            drawn.size(),
                            drawn.root(),
                            UnitDraw.draw(
                                    digest("secret"),
                                    drawn.size(),
                                    drawn.root(),
                                    32,
                                    spec.verify().drawn(32)),
                            List.of(),
                            "said by a test",
                            head.periodEnd().plusSeconds(1));
            Entry entry = add(verdict.statement(), tenant);
            verdictDigest = entry.digest();
            return entry;
        }

        /** 2,000 rows at 0.35 per thousand are 700,000; a fifth is the fee. */
        Entry settlement() throws Exception {
            boolean done = result != null;
            String escrow = "escrow:" + terms.order().hex();
            List<Transfer> transfers = new ArrayList<>();
            if (done) {
                transfers.add(transfer(Purpose.PAYMENT, escrow, 560_000));
                transfers.add(transfer(Purpose.FEE, escrow, 140_000));
            }
            transfers.add(transfer(Purpose.REFUND, escrow, done ? 900_000 : 1_600_000));
            SettlementPredicate settlement =
                    new SettlementPredicate(
                            id(),
                            done ? CloseReason.DONE : CloseReason.OWNER,
                            Denom.USDC,
                            done ? 2_000 : 0,
                            MicroAmount.of(done ? 700_000 : 0),
                            receipts.isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(receipts.getLast().digest()),
                            Optional.ofNullable(result).map(Entry::digest),
                            Optional.ofNullable(verdictDigest),
                            transfers,
                            (head == null ? begin : head.periodEnd()).plusSeconds(2));
            return add(settlement.statement(), market);
        }

        private Transfer transfer(Purpose purpose, String from, long micros) {
            return new Transfer(purpose, from, "to", MicroAmount.of(micros));
        }
    }

    static Digest digest(String name) {
        return Digest.sha256(name.getBytes(StandardCharsets.UTF_8));
    }
}
