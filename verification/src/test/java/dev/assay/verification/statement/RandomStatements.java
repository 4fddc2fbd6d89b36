package dev.assay.verification.statement;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.ImageName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Network;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Verification;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.Signature;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.hardware.EvidenceKind;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.statement.SettlementPredicate.Purpose;
import dev.assay.verification.statement.SettlementPredicate.Transfer;
import dev.assay.verification.statement.VerdictPredicate.Method;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;

/** Statements of every kind with random contents, edges of the ranges included. */
final class RandomStatements {
    private static final String ODD_TEXT = "a \"quoted\" \\ line\nwith ünïcödé \uD83D\uDE00 \u0000";

    private static final SigningKey ONE_KEY = SigningKey.create(new SecureRandom());

    private final Random random;

    RandomStatements(long seed) {
        this.random = new Random(seed);
    }

    /** One statement of each predicate. */
    List<Statement> all() {
        return List.of(
                order().statement(),
                lease().statement(),
                usage().statement(),
                result().statement(),
                verdict().statement(),
                settlement().statement(),
                keyRegister().statement(),
                keyRotate().statement(),
                keyRevoke().statement(),
                evidence(),
                inventory().statement(),
                access().statement());
    }

    private AccessPredicate access() {
        return new AccessPredicate(new OrderId(digest()), key(), instant());
    }

    private OrderPredicate order() {
        Instant created = instant();
        return new OrderPredicate(
                key(), key(), spec(), amount(), created, instant(), digest(), digest());
    }

    private LeasePredicate lease() {
        int first = random.nextInt(10_001);
        return new LeasePredicate(
                new OrderId(digest()),
                digest(),
                key(),
                key(),
                key(),
                price(),
                amount(),
                new FeeSchedule(
                        random.nextInt(10_001),
                        List.of(
                                new FeeSchedule.Pool("one", first),
                                new FeeSchedule.Pool("two", 10_000 - first))),
                digest(),
                instant(),
                instant());
    }

    private UsagePredicate usage() {
        Instant start = instant();
        return new UsagePredicate(
                new LeaseId(digest()),
                digest(),
                quantity(),
                digest(),
                start,
                start.plusMillis(random.nextInt(100_000)),
                random.nextBoolean()
                        ? List.of()
                        : List.of(
                                new UsagePredicate.Device(ODD_TEXT, "cpu"),
                                new UsagePredicate.Device(
                                        "GPU-1", "gpu", OptionalLong.of(1 + random.nextInt(99)))),
                new Usage(
                        Duration.ofMillis(quantity()),
                        Duration.ofMillis(quantity()),
                        quantity(),
                        random.nextBoolean()
                                ? GpuUsage.NONE
                                : new GpuUsage(
                                        quantity(),
                                        quantity(),
                                        Duration.ofMillis(quantity()),
                                        quantity()),
                        quantity(),
                        quantity(),
                        quantity()),
                digest());
    }

    private ResultPredicate result() {
        LeaseId lease = new LeaseId(digest());
        return new ResultPredicate(
                lease,
                digest(),
                key(),
                switch (random.nextInt(3)) {
                    case 0 ->
                            new ResultPredicate.InferenceBuild(
                                    digest(), digest(), any(EngineName.values()), digest());
                    case 1 ->
                            new ResultPredicate.TrainingBuild(
                                    digest(), digest(), any(EngineName.values()), digest());
                    default -> new ResultPredicate.ContainerBuild(digest());
                },
                digest(),
                1 + random.nextInt(Integer.MAX_VALUE),
                digest(),
                digest(),
                instant(),
                instant(),
                digest(),
                random.nextBoolean()
                        ? List.of()
                        : List.of(
                                EvidenceReference.ofLease(
                                        any(EvidenceKind.values()),
                                        digest(),
                                        lease,
                                        new LogCheckpoint("log", quantity(), digest()))));
    }

    private VerdictPredicate verdict() {
        List<Integer> drawn = IntStream.range(0, 1 + random.nextInt(50)).boxed().toList();
        Outcome outcome = any(Outcome.values());
        return new VerdictPredicate(
                new LeaseId(digest()),
                digest(),
                key(),
                outcome,
                any(Method.values()),
                digest(),
                quantity(),
                digest(),
                drawn,
                outcome == Outcome.FAIL ? drawn.subList(0, 1) : List.of(),
                ODD_TEXT,
                instant());
    }

    private SettlementPredicate settlement() {
        List<Transfer> transfers = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            transfers.add(new Transfer(any(Purpose.values()), ODD_TEXT, "to", amount()));
        }
        return new SettlementPredicate(
                new LeaseId(digest()),
                any(CloseReason.values()),
                any(Denom.values()),
                quantity(),
                amount(),
                maybe(),
                maybe(),
                maybe(),
                transfers,
                instant());
    }

    private KeyRegisterPredicate keyRegister() {
        KeyHolder holder =
                new KeyHolder(any(KeyHolder.Role.values()), "alder-" + random.nextInt(1_000));
        return new KeyRegisterPredicate(
                "log.example/" + random.nextInt(99), holder, publicKey(), key(), instant());
    }

    private KeyRotatePredicate keyRotate() {
        return new KeyRotatePredicate(
                new KeyRotatePredicate.Terms("log.example", key(), publicKey(), key(), quantity()),
                signer(),
                signature(),
                instant());
    }

    private KeyRevokePredicate keyRevoke() {
        return new KeyRevokePredicate(
                "log.example", key(), any(KeyRevokePredicate.Reason.values()), signer(), instant());
    }

    private KeySigner signer() {
        return new KeySigner(any(KeySigner.Capacity.values()), publicKey());
    }

    private static VerifyingKey publicKey() {
        return ONE_KEY.verifyingKey();
    }

    private static Signature signature() {
        try {
            return ONE_KEY.sign(new byte[] {1});
        } catch (VerificationException e) {
            throw new AssertionError(e);
        }
    }

    private Statement evidence() {
        return new Statement(
                List.of(new Subject("keys/a.pem", digest()), new Subject(ODD_TEXT, digest())),
                new EvidencePredicate(new LeaseId(digest()), key(), instant()));
    }

    private InventoryPredicate inventory() {
        List<InventoryPredicate.Fact> facts =
                List.of(
                        new InventoryPredicate.Fact("memory.bytes", Long.toString(quantity())),
                        new InventoryPredicate.Fact("name", ODD_TEXT));
        long least = random.nextInt(1_000);
        long most = Math.max(least + 1, quantity());
        return new InventoryPredicate(
                key(),
                instant(),
                facts,
                List.of(
                        new InventoryPredicate.Source(
                                "nvml", InventoryPredicate.State.SEEN, ODD_TEXT),
                        new InventoryPredicate.Source(
                                "kernelDriver", any(InventoryPredicate.State.values()), ODD_TEXT)),
                List.of(
                        new InventoryPredicate.Device(
                                ODD_TEXT,
                                "not-runnable-here",
                                List.of(new InventoryPredicate.View("nvml", facts)))),
                List.of(
                        new InventoryPredicate.Finding(
                                "GPU_LOST",
                                any(InventoryPredicate.Severity.values()),
                                "machine",
                                ODD_TEXT)),
                List.of(
                        new InventoryPredicate.Measurement(
                                "gemm.fp32",
                                "cpu",
                                ODD_TEXT,
                                "{flop}/s",
                                least + 1,
                                least,
                                most,
                                1 + random.nextInt(9))),
                List.of(new InventoryPredicate.Skipped("transfer.toDevice", "cpu", ODD_TEXT)),
                random.nextBoolean()
                        ? List.of()
                        : List.of(
                                new EvidenceReference(
                                        any(EvidenceKind.values()),
                                        digest(),
                                        any(EvidenceReference.About.values()),
                                        digest(),
                                        new LogCheckpoint("log", quantity(), digest()))));
    }

    private JobSpec spec() {
        Work work = work();
        return new JobSpec(
                "job-" + random.nextInt(1_000),
                new Resources(
                        1 + random.nextInt(64),
                        1 + (quantity() >>> 1),
                        quantity(),
                        work instanceof Training ? 0 : random.nextInt(9)),
                work,
                price(),
                new Verification(1 + random.nextInt(10_000)));
    }

    private Work work() {
        return switch (random.nextInt(3)) {
            case 0 ->
                    new Inference(
                            digest(),
                            digest(),
                            1 + random.nextInt(Integer.MAX_VALUE),
                            any(EngineName.values()),
                            1 + random.nextInt(Inference.MAX_BATCH));
            case 1 -> training();
            default -> container();
        };
    }

    private Training training() {
        int steps = 1 + random.nextInt(1_000);
        return new Training(
                digest(),
                digest(),
                Integer.MAX_VALUE,
                quantity(),
                quantity(),
                random.nextBoolean()
                        ? new Optimizer.Sgd("0.05", random.nextBoolean() ? "0" : "0.9")
                        : Optimizer.Adam.of("999999.000000000000000001"),
                steps,
                1 + random.nextInt(Inference.MAX_BATCH),
                1 + random.nextInt(Math.min(steps, Training.MAX_TOLERANT_STEPS)),
                any(EngineName.values()));
    }

    private Container container() {
        boolean open = random.nextBoolean();
        int array = 2 + random.nextInt(Container.MAX_ARRAY - 1);
        Container container =
                new Container(
                        ImageName.parse(
                                random.nextBoolean()
                                        ? digest().toString()
                                        : "registry.example:5000/a/b-c:1.0@" + digest()),
                        List.of("sh", "-c", "echo é"),
                        Map.of("A_1", "x", "_b", ""),
                        List.of(new Container.Input("a/ü.txt", digest())),
                        random.nextBoolean() ? List.of(".") : List.of("out", "more/logs"),
                        open ? List.of(80, 65_535) : List.of(),
                        quantity(),
                        open ? Network.EGRESS : Network.NONE,
                        array);
        return open ? container.inParallel(2 + random.nextInt(array - 1)).withShell() : container;
    }

    private Price price() {
        return new Price(
                MicroAmount.of(Math.max(1, quantity())),
                any(Denom.values()),
                any(PriceUnit.values()));
    }

    private MicroAmount amount() {
        return MicroAmount.of(quantity());
    }

    private long quantity() {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> Long.MAX_VALUE;
            case 2 -> (1L << 53) + 1;
            default -> random.nextInt(1_000_000);
        };
    }

    private Instant instant() {
        Instant second = Instant.ofEpochSecond(random.nextLong(4_000_000_000L));
        return random.nextBoolean() ? second : second.plusNanos(random.nextInt(1_000_000_000));
    }

    private KeyId key() {
        return new KeyId(digest());
    }

    private Digest digest() {
        byte[] bytes = new byte[Digest.BYTES];
        random.nextBytes(bytes);
        return Digest.of(bytes);
    }

    private Optional<Digest> maybe() {
        return random.nextBoolean() ? Optional.of(digest()) : Optional.empty();
    }

    private <T> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
