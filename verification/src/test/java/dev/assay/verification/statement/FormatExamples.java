package dev.assay.verification.statement;

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
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.hardware.EvidenceKind;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.statement.InventoryPredicate.Fact;
import dev.assay.verification.statement.SettlementPredicate.Purpose;
import dev.assay.verification.statement.SettlementPredicate.Transfer;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The examples of docs/formats: the statements of one small lease, each naming those before it by
 * digest. They are the same in every run; files that they speak of do not exist.
 */
final class FormatExamples {
    /** The private key of RFC 6979, appendix A.2.5, which is no secret. */
    static final SigningKey TENANT =
            key(
                    new BigInteger(
                            "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
                            16));

    private static final SigningKey PROVIDER = key("provider");
    private static final SigningKey NEXT = key("provider's next key");
    private static final SigningKey RECOVERY = key("provider's recovery key");
    private static final String LOG = "log.example/2026";
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final Digest SECRET = file("secret");

    private static final JobSpec SPEC =
            new JobSpec(
                    "digits",
                    new Resources(2, 1L << 30, 0, 1),
                    new Inference(
                            file("model.json"), file("input.csv"), 2_000, EngineName.PYTORCH, 64),
                    new Price(MicroAmount.of(800_000), Denom.USDC, PriceUnit.THOUSAND_ROWS),
                    new Verification(500));

    private static final OrderPredicate ORDER =
            new OrderPredicate(
                    TENANT.keyId(),
                    TENANT.keyId(),
                    SPEC,
                    MicroAmount.of(1_600_000),
                    NOW,
                    NOW.plusSeconds(600),
                    Digest.sha256(SECRET.bytes()),
                    file("nonce"));

    private static final LeasePredicate LEASE =
            new LeasePredicate(
                    new OrderId(digest(ORDER.statement())),
                    SPEC.digest(),
                    TENANT.keyId(),
                    PROVIDER.keyId(),
                    TENANT.keyId(),
                    SPEC.maxPrice().at(MicroAmount.of(350_000)),
                    ORDER.deposit(),
                    new FeeSchedule(
                            2_000,
                            List.of(
                                    new FeeSchedule.Pool("community", 6_000),
                                    new FeeSchedule.Pool("stakers", 4_000))),
                    ORDER.seedCommitment(),
                    NOW.plusMillis(1_500),
                    ORDER.deadline());

    private static final LeaseId ID = new LeaseId(digest(LEASE.statement()));

    private static final UsagePredicate USAGE =
            new UsagePredicate(
                    ID,
                    SPEC.digest(),
                    0,
                    ID.digest(),
                    NOW.plusSeconds(2),
                    NOW.plusSeconds(6),
                    List.of(
                            new UsagePredicate.Device("2 of 16 × Example CPU", "cpu"),
                            new UsagePredicate.Device(
                                    "GPU-00000000-0000-0000-0000-000000000001",
                                    "gpu",
                                    OptionalLong.of(300_000))),
                    new Usage(
                            Duration.ofSeconds(4),
                            Duration.ofMillis(3_250),
                            300L << 20,
                            new GpuUsage(240_000, 0, Duration.ofMillis(1_900), 512L << 20),
                            2_000,
                            0,
                            32),
                    file("units"));

    private static final ResultPredicate RESULT =
            new ResultPredicate(
                    ID,
                    SPEC.digest(),
                    PROVIDER.keyId(),
                    new ResultPredicate.InferenceBuild(
                            file("model.json"),
                            file("input.csv"),
                            EngineName.PYTORCH,
                            file("graph")),
                    file("output.safetensors"),
                    32,
                    USAGE.unitRoot(),
                    LEASE.seedCommitment(),
                    NOW.plusSeconds(2),
                    NOW.plusSeconds(6),
                    digest(USAGE.statement()));

    private static final VerdictPredicate VERDICT =
            new VerdictPredicate(
                    ID,
                    digest(RESULT.statement()),
                    TENANT.keyId(),
                    VerdictPredicate.Outcome.PASS,
                    VerdictPredicate.Method.TOLERANT_REPLAY,
                    SECRET,
                    4,
                    file("checkpoint"),
                    List.of(11, 29),
                    List.of(),
                    "all drawn units came out as committed",
                    NOW.plusSeconds(8));

    private FormatExamples() {}

    /** Writes the examples into the folder that the first argument names, and into its pages. */
    public static void main(String[] args) throws IOException, VerificationException {
        for (Map.Entry<String, Statement> example : all().entrySet()) {
            FormatFiles files = new FormatFiles(Path.of(args[0]), example.getKey());
            files.writeExample(example.getValue().bytes());
        }
        Files.write(
                Path.of(args[0]).resolve("examples").resolve("envelope.dsse.json"),
                Envelope.sign(all().get("key-revoke").bytes(), TENANT).bytes());
    }

    /** The examples by the names of their pages. */
    static Map<String, Statement> all() {
        Map<String, Statement> examples = new LinkedHashMap<>();
        examples.put("order", ORDER.statement());
        examples.put("lease", LEASE.statement());
        examples.put("usage", USAGE.statement());
        examples.put("result", RESULT.statement());
        examples.put("verdict", VERDICT.statement());
        examples.put("settlement", settlement().statement());
        examples.put("evidence", evidence(examples));
        examples.put(
                "access",
                new AccessPredicate(LEASE.order(), TENANT.keyId(), NOW.plusSeconds(3)).statement());
        examples.put("inventory", inventory().statement());
        examples.put(
                "key-register",
                new KeyRegisterPredicate(
                                LOG,
                                new KeyHolder(KeyHolder.Role.PROVIDER, "alder"),
                                PROVIDER.verifyingKey(),
                                RECOVERY.keyId(),
                                NOW)
                        .statement());
        examples.put("key-rotate", rotate().statement());
        examples.put("key-revoke", revoke().statement());
        return examples;
    }

    private static SettlementPredicate settlement() {
        String escrow = "escrow:" + LEASE.order().hex();
        String provider = "provider:" + PROVIDER.keyId().hex();
        FeeSchedule.Split split = LEASE.fees().split(LEASE.price().owed(2_000));
        List<Transfer> transfers = new ArrayList<>();
        transfers.add(new Transfer(Purpose.PAYMENT, escrow, provider, split.provider()));
        split.pools()
                .forEach(
                        (pool, fee) ->
                                transfers.add(
                                        new Transfer(Purpose.FEE, escrow, "pool:" + pool, fee)));
        transfers.add(
                new Transfer(
                        Purpose.REFUND,
                        escrow,
                        "tenant:" + TENANT.keyId().hex(),
                        LEASE.deposit().minus(LEASE.price().owed(2_000))));
        transfers.add(
                new Transfer(
                        Purpose.BID_DEPOSIT,
                        "bid:" + LEASE.order().hex() + ":" + PROVIDER.keyId().hex(),
                        provider,
                        MicroAmount.of(100_000)));
        return new SettlementPredicate(
                ID,
                CloseReason.DONE,
                Denom.USDC,
                2_000,
                LEASE.price().owed(2_000),
                Optional.of(RESULT.usageHead()),
                Optional.of(VERDICT.result()),
                Optional.of(digest(VERDICT.statement())),
                transfers,
                NOW.plusSeconds(9));
    }

    private static Statement evidence(Map<String, Statement> story) {
        List<Subject> files = new ArrayList<>();
        files.add(new Subject("README.md", file("README.md")));
        files.add(new Subject("keys/provider.pem", file("provider.pem")));
        story.keySet()
                .forEach(
                        name ->
                                files.add(
                                        new Subject(
                                                "statements/" + name + ".dsse.json",
                                                file(name + ".dsse.json"))));
        return new Statement(files, new EvidencePredicate(ID, TENANT.keyId(), NOW.plusSeconds(10)));
    }

    private static InventoryPredicate inventory() {
        return new InventoryPredicate(
                PROVIDER.keyId(),
                NOW,
                List.of(
                        new Fact("cpu.model", "Example CPU"),
                        new Fact("cpu.usableCores", "16"),
                        new Fact("memory.bytes", Long.toString(64L << 30))),
                List.of(
                        new InventoryPredicate.Source("pci", InventoryPredicate.State.SEEN, ""),
                        new InventoryPredicate.Source(
                                "nvml", InventoryPredicate.State.SEEN, "580.65.06"),
                        new InventoryPredicate.Source(
                                "cuda", InventoryPredicate.State.FAILED, "SYSTEM_NOT_READY")),
                List.of(
                        new InventoryPredicate.Device(
                                "0000:3b:00.0",
                                "unusable",
                                List.of(
                                        new InventoryPredicate.View(
                                                "pci", List.of(new Fact("driver", "nvidia"))),
                                        new InventoryPredicate.View(
                                                "nvml",
                                                List.of(
                                                        new Fact("name", "Example GPU"),
                                                        new Fact(
                                                                "memory.bytes",
                                                                Long.toString(24L << 30))))))),
                List.of(
                        new InventoryPredicate.Finding(
                                "CUDA_FAILED",
                                InventoryPredicate.Severity.ERROR,
                                "cuda",
                                "SYSTEM_NOT_READY")),
                List.of(
                        new InventoryPredicate.Measurement(
                                "disk.read",
                                "disk",
                                "256 MiB in sequence, O_DIRECT",
                                "By/s",
                                2_000_000_000,
                                1_900_000_000,
                                2_050_000_000,
                                5)),
                List.of(
                        new InventoryPredicate.Skipped(
                                "gemm.fp32", "0000:3b:00.0", "the GPU is unusable")),
                List.of(
                        new EvidenceReference(
                                EvidenceKind.TPM2_QUOTE,
                                file("tpm2-quote.json"),
                                EvidenceReference.About.LEASE,
                                ID.digest(),
                                new LogCheckpoint(
                                        LOG, VERDICT.checkpointSize(), VERDICT.checkpointRoot()))));
    }

    private static KeyRotatePredicate rotate() {
        KeyRotatePredicate.Terms terms =
                new KeyRotatePredicate.Terms(
                        LOG, PROVIDER.keyId(), NEXT.verifyingKey(), RECOVERY.keyId(), 1_000);
        try {
            return new KeyRotatePredicate(
                    terms,
                    new KeySigner(KeySigner.Capacity.KEY, PROVIDER.verifyingKey()),
                    NEXT.sign(terms.possession()),
                    NOW.plusSeconds(60));
        } catch (VerificationException e) {
            throw new AssertionError(e);
        }
    }

    /** The tenant's key is published in an RFC, so it is revoked. */
    private static KeyRevokePredicate revoke() {
        return new KeyRevokePredicate(
                LOG,
                TENANT.keyId(),
                KeyRevokePredicate.Reason.COMPROMISED,
                new KeySigner(KeySigner.Capacity.KEY, TENANT.verifyingKey()),
                NOW.plusSeconds(120));
    }

    private static Digest digest(Statement statement) {
        return Digest.sha256(statement.bytes());
    }

    /** Stands for the digest of a file. */
    private static Digest file(String name) {
        return Digest.sha256(name.getBytes(StandardCharsets.UTF_8));
    }

    private static SigningKey key(String name) {
        return key(new BigInteger(1, file("key of the example's " + name).bytes()));
    }

    /** The key with this scalar: the only one that this source of randomness makes. */
    private static SigningKey key(BigInteger scalar) {
        return SigningKey.create(
                new SecureRandom() {
                    @Override
                    public void nextBytes(byte[] bytes) {
                        byte[] big = scalar.toByteArray();
                        int length = Math.min(bytes.length, big.length);
                        System.arraycopy(
                                big, big.length - length, bytes, bytes.length - length, length);
                    }
                });
    }
}
