package dev.assay.agent;

import dev.assay.agent.claims.ClaimLedger;
import dev.assay.agent.hardware.Vouching;
import dev.assay.agent.jobs.Assignment;
import dev.assay.agent.jobs.Attempt;
import dev.assay.agent.jobs.Containers;
import dev.assay.agent.jobs.Engines;
import dev.assay.agent.jobs.Past;
import dev.assay.agent.jobs.Workplace;
import dev.assay.agent.journal.Journal;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Verification;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.MarketMessage.Offer;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerHost;
import dev.assay.runtime.host.HostFacts;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.metering.Sampler;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.attest.VerifiedOrder;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One provider's workplace on disk, and the keys and papers of everybody it deals with: {@code
 * builtin:digits} over ten rows in three units. Orders and leases are really signed.
 */
public final class Rig implements AutoCloseable {
    public static final int ROWS = 10;
    public static final int BATCH = 4;
    public static final int UNITS = 3;

    /** What every job needs, unless a test says otherwise. */
    public static final Resources NEEDED = new Resources(1, 64 << 20, 1 << 20, 0);

    /** An interval in which no test ever ends. */
    public static final Duration NEVER = Duration.ofDays(1);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int COLUMNS = 64;
    private static final int MAX_PIXEL = 16;
    private static final HostFacts HOST = new HostFacts("Test OS", "Test CPU", 2, 1L << 30);

    public final SigningKey tenant = SigningKey.create(RANDOM);
    public final SigningKey market = SigningKey.create(RANDOM);
    public final SigningKey provider = SigningKey.create(RANDOM);
    public final InstantSource clock = InstantSource.system();
    public final Path blobFolder;
    public final Path journalFile;
    public final BlobStore blobs;
    public final Journal journal;
    public final JournalFile written;
    public final Digest model;
    public final Digest input;
    private final Sampler sampler = Sampler.start(clock);
    private Supplier<List<GpuReport>> gpus = List::of;
    private Vouching vouching = Vouching.NONE;
    private final List<Path> broken = new ArrayList<>();

    /** A workplace in an empty folder. */
    public Rig(Path folder) throws Exception {
        this.blobFolder = folder.resolve("blobs");
        this.journalFile = folder.resolve("agent.db");
        this.blobs = BlobStore.open(blobFolder);
        this.model = BuiltinModels.install("builtin:digits", blobs);
        this.input = blobs.put(rows().getBytes(StandardCharsets.UTF_8));
        this.journal = Journal.open(journalFile, clock);
        this.written = new JournalFile(journalFile);
    }

    private static String rows() {
        Random random = new Random(5);
        return random.ints((long) ROWS * COLUMNS, 0, MAX_PIXEL + 1)
                .mapToObj(Integer::toString)
                .collect(
                        Collectors.collectingAndThen(
                                Collectors.toList(), pixels -> lines(pixels, COLUMNS)));
    }

    private static String lines(List<String> pixels, int columns) {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < pixels.size(); row += columns) {
            text.append(String.join(",", pixels.subList(row, row + columns))).append('\n');
        }
        return text.toString();
    }

    private static ContainerHost noContainers() throws ContainerException {
        throw new ContainerException(
                ContainerException.Code.ENGINE_UNREACHABLE, "no engine answers in this test");
    }

    public Workplace workplace(Engines engines, Duration receiptInterval) {
        return workplace(journal, engines, receiptInterval);
    }

    /** The same with another journal. */
    public Workplace workplace(Journal other, Engines engines, Duration receiptInterval) {
        return workplace(other, engines, Rig::noContainers, receiptInterval);
    }

    /** One that runs containers and nothing else. */
    public Workplace workplace(Containers containers) {
        Engines none =
                (_, _, _) -> {
                    throw new AssertionError("containers need no engine");
                };
        return workplace(journal, none, containers, NEVER);
    }

    private Workplace workplace(
            Journal other, Engines engines, Containers containers, Duration receiptInterval) {
        return new Workplace(
                provider,
                other,
                new ClaimLedger(other.claims(), gpus),
                blobs,
                engines,
                containers,
                vouching,
                HOST,
                sampler,
                clock,
                receiptInterval);
    }

    /** Hardware is asked so from now on. */
    public void vouching(Vouching now) {
        vouching = now;
    }

    /** The machine has these GPUs from now on. */
    public void gpus(Supplier<List<GpuReport>> now) {
        gpus = now;
    }

    /** So many micro-USDC per thousand rows. */
    public static Price price(long micros) {
        return new Price(MicroAmount.of(micros), Denom.USDC, PriceUnit.THOUSAND_ROWS);
    }

    public JobSpec spec() {
        return spec(NEEDED, price(350_000));
    }

    public JobSpec spec(Resources needed, Price maxPrice) {
        return spec(needed, maxPrice, new Inference(model, input, ROWS, EngineName.EXACT, BATCH));
    }

    public JobSpec spec(Inference work) {
        return spec(NEEDED, price(350_000), work);
    }

    /** Six steps in three units, on the rows labelled 0 to 9 in turn. */
    public Training training(EngineName engine) throws BlobException, IOException {
        StringBuilder rows = new StringBuilder();
        List<String> unlabelled = Files.readAllLines(blobs.file(input));
        for (int i = 0; i < unlabelled.size(); i++) {
            rows.append(unlabelled.get(i)).append(',').append(i % 10).append('\n');
        }
        return new Training(
                model,
                blobs.put(rows.toString().getBytes(StandardCharsets.UTF_8)),
                ROWS,
                1,
                2,
                new Optimizer.Sgd("0.01", "0.9"),
                2 * UNITS,
                4,
                2,
                engine);
    }

    public JobSpec spec(Resources needed, Price maxPrice, Work work) {
        return new JobSpec("digits", needed, work, maxPrice, new Verification(10_000));
    }

    /** The tenant's order; no two are the same. */
    public Envelope order(JobSpec spec) throws VerificationException {
        Instant now = clock.instant();
        OrderPredicate order =
                new OrderPredicate(
                        tenant.keyId(),
                        tenant.keyId(),
                        spec,
                        MicroAmount.of(5_000),
                        now,
                        now.plus(Duration.ofHours(1)),
                        Digest.sha256(Digest.sha256(new byte[] {1}).bytes()),
                        Digest.sha256(
                                Long.toString(RANDOM.nextLong()).getBytes(StandardCharsets.UTF_8)));
        return SignedStatement.sign(order.statement(), tenant);
    }

    public Offer offer(JobSpec spec) throws VerificationException {
        Envelope order = order(spec);
        return new Offer(new OrderId(order.payloadDigest()), Bytes.copyOf(order.bytes()));
    }

    public Award award() throws VerificationException {
        return award(spec());
    }

    /** The market grants this provider a lease on a new order. */
    public Award award(JobSpec spec) throws VerificationException {
        return award(order(spec), provider, market);
    }

    /** A lease on an order for any provider, signed by anybody. */
    public Award award(Envelope order, SigningKey winner, SigningKey signer)
            throws VerificationException {
        OrderPredicate asked = Assignment.order(order);
        LeasePredicate lease =
                new LeasePredicate(
                        new OrderId(order.payloadDigest()),
                        asked.spec().digest(),
                        asked.tenant(),
                        winner.keyId(),
                        asked.auditor(),
                        asked.spec().maxPrice(),
                        asked.deposit(),
                        new FeeSchedule(2_000, List.of(new FeeSchedule.Pool("community", 10_000))),
                        asked.seedCommitment(),
                        clock.instant(),
                        asked.deadline());
        Envelope envelope = SignedStatement.sign(lease.statement(), signer);
        return new Award(
                new LeaseId(envelope.payloadDigest()),
                Bytes.copyOf(envelope.bytes()),
                Bytes.copyOf(order.bytes()));
    }

    /** The assignment of an award that is in order, begun in the journal. */
    public Assignment begun(Award award) throws Exception {
        journal.begin(award.lease());
        return assignment(award);
    }

    /** The assignment of an award that is in order. */
    public Assignment assignment(Award award) throws VerificationException {
        return Assignment.verify(award, market.verifyingKey(), provider.verifyingKey());
    }

    /** A fresh attempt that works with these engines and that this market hears and answers. */
    public Attempt attempt(
            Assignment assignment, Engines engines, Duration receiptInterval, FakeMarket hears) {
        Attempt attempt =
                new Attempt(assignment, Past.NONE, workplace(engines, receiptInterval), hears);
        hears.serve(attempt);
        return attempt;
    }

    /** The same lease as tenant and market see it. */
    public VerifiedLease verified(Award award) throws VerificationException {
        return VerifiedLease.verify(
                Envelope.parse(award.leaseEnvelope().toArray()),
                market.verifyingKey(),
                VerifiedOrder.verify(
                        Envelope.parse(award.orderEnvelope().toArray()), tenant.verifyingKey()));
    }

    /** The file of a blob. */
    public Path blob(Digest digest) {
        return blobFolder
                .resolve("sha256")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex());
    }

    /** Puts something unreadable in a blob's place: every read of it is an I/O error. */
    public void breakBlob(Digest digest) throws IOException {
        Files.delete(blob(digest));
        broken.add(Files.createSymbolicLink(blob(digest), Path.of("/proc/self/mem")));
    }

    @Override
    public void close() throws SQLException, IOException {
        for (Path link : broken) {
            Files.delete(link);
        }
        sampler.close();
        written.close();
        journal.close();
    }
}
