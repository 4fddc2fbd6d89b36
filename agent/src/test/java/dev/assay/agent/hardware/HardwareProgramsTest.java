package dev.assay.agent.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.hardware.Vouching.Subject;
import dev.assay.agent.hardware.Vouching.Vouched;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.runtime.device.GpuId;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.hardware.EvidenceFile;
import dev.assay.verification.hardware.EvidenceKind;
import dev.assay.verification.hardware.EvidenceNonce;
import dev.assay.verification.hardware.EvidenceReference;
import dev.assay.verification.hardware.MadeTpmQuote;
import dev.assay.verification.log.LogCheckpoint;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs that ask hardware, honest, broken and hanging; none of them keeps a result away. */
@Timeout(60)
final class HardwareProgramsTest {
    private static final LeaseId LEASE = new LeaseId(Digest.sha256(new byte[] {1}));
    private static final LogCheckpoint HEAD =
            new LogCheckpoint("log.example", 12, Digest.sha256(new byte[] {2}));
    private static final EvidenceNonce NONCE = EvidenceNonce.ofLease(LEASE, HEAD);
    private static final Duration LONG = Duration.ofSeconds(50);

    private final InstantSource clock = InstantSource.system();
    private final MadeTpmQuote tpm = new MadeTpmQuote();
    private final Subject subject =
            new Subject(
                    LEASE,
                    new LoggedEnvelope(Bytes.copyOf(new byte[] {3}), 11),
                    SigningKey.create(new SecureRandom()).verifyingKey(),
                    List.of(new GpuId("GPU-1"), new GpuId("GPU-2")));
    @TempDir private Path folder;
    private Path answer = Path.of("");

    @BeforeEach
    void aQuoteForTheLease() throws IOException {
        answer = Files.write(folder.resolve("answer"), tpm.certified(NONCE).bytes());
    }

    private EvidenceProgram program(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return new EvidenceProgram(file);
    }

    private Vouched vouched(LogHead log, Duration limit, EvidenceProgram... programs)
            throws Exception {
        return new HardwarePrograms(List.of(programs), log, BlobStore.open(blobs()), clock, limit)
                .vouch(subject, clock.instant().plusSeconds(600), () -> false);
    }

    private Vouched vouched(String script) throws Exception {
        return vouched((_, _) -> HEAD, LONG, program("ask.sh", script));
    }

    private Path blobs() {
        return folder.resolve("blobs");
    }

    @Test
    void quote_forThisNonce_isNamedAndKept() throws Exception {
        Vouched vouched = vouched("cat " + answer);

        assertThat(vouched.problems()).isEmpty();
        assertThat(vouched.evidence())
                .containsExactly(
                        EvidenceReference.ofLease(
                                EvidenceKind.TPM2_QUOTE,
                                Digest.sha256(Files.readAllBytes(answer)),
                                LEASE,
                                HEAD));
        byte[] kept =
                BlobStore.open(blobs())
                        .read(vouched.evidence().getFirst().digest(), EvidenceFile.MAX_BYTES);
        assertThat(vouched.evidence().getFirst().verify(kept, tpm.roots(), clock.instant()).root())
                .isPresent();
    }

    @Test
    void program_isToldWhatItIsAskedFor() throws Exception {
        var _ =
                vouched(
                        "echo $1 $ASSAY_NONCE $ASSAY_LEASE $ASSAY_GPUS $ASSAY_CHECKPOINT_ORIGIN"
                                + " $ASSAY_CHECKPOINT_SIZE $ASSAY_CHECKPOINT_ROOT > "
                                + folder.resolve("told"));

        assertThat(Files.readString(folder.resolve("told")).strip().split(" "))
                .containsExactly(
                        NONCE.value().hex(),
                        NONCE.value().hex(),
                        LEASE.hex(),
                        "GPU-1,GPU-2",
                        "log.example",
                        "12",
                        HEAD.root().hex());
    }

    @Test
    void quote_forAnotherNonce_isNotNamed() throws Exception {
        Files.write(answer, tpm.of(new EvidenceNonce(Digest.of(new byte[32]))).bytes());

        assertProblem(vouched("cat " + answer), "attest.extraData: made for another nonce");
    }

    @Test
    void output_thatIsNoEvidence_isNotNamed() throws Exception {
        assertProblem(vouched("echo hello"), "ask.sh: evidence");
    }

    @Test
    void program_thatFails_saysWhy() throws Exception {
        assertProblem(
                vouched("cat " + answer + "; echo no TPM here >&2; exit 7"),
                "no evidence of hardware from ask.sh: exited with 7: no TPM here");
    }

    @Test
    void program_thatSaysNothing_isNamed() throws Exception {
        assertProblem(vouched("exit 0"), "ask.sh: wrote nothing");
    }

    @Test
    void program_thatCannotBeStarted_isNamed() throws Exception {
        EvidenceProgram none = new EvidenceProgram(folder.resolve("none"));

        assertProblem(vouched((_, _) -> HEAD, LONG, none), "none: cannot be started");
    }

    @Test
    void program_thatWritesWithoutEnd_isEnded() throws Exception {
        assertProblem(vouched("exec cat /dev/zero"), "wrote more than the 131072 bytes");
    }

    @Test
    void errors_withoutEnd_areEndedWithTheProgram() throws Exception {
        Vouched vouched =
                vouched(
                        (_, _) -> HEAD,
                        Duration.ofMillis(300),
                        program("ask.sh", "exec cat /dev/zero >&2"));

        assertProblem(vouched, "did not end within 300 ms");
    }

    @Test
    void program_thatHangs_isEndedWithItsChildren() throws Exception {
        Path pid = folder.resolve("pid");
        Vouched vouched =
                vouched(
                        (_, _) -> HEAD,
                        Duration.ofMillis(500),
                        program("ask.sh", "sleep 1000 & echo $! > " + pid + "; wait"));

        assertProblem(vouched, "did not end within 500 ms");
        assertEnds(pid);
    }

    /** It holds the pipe that the answer came through. */
    @Test
    void child_leftBehind_isEnded() throws Exception {
        Path pid = folder.resolve("pid");

        Vouched vouched = vouched("cat " + answer + "; sleep 1000 & echo $! > " + pid);

        assertThat(vouched.problems()).isEmpty();
        assertThat(vouched.evidence()).hasSize(1);
        assertEnds(pid);
    }

    @Test
    void attempt_thatIsToEnd_isNotHeldUp() throws Exception {
        HardwarePrograms programs =
                new HardwarePrograms(
                        List.of(program("ask.sh", "exec sleep 1000")),
                        (_, _) -> HEAD,
                        BlobStore.open(blobs()),
                        clock,
                        LONG);

        assertProblem(
                programs.vouch(subject, clock.instant().plusSeconds(600), () -> true),
                "the attempt is to end");
    }

    /** Half of the time that is left is the result's. */
    @Test
    void deadline_thatIsNear_leavesTimeForTheResult() throws Exception {
        HardwarePrograms programs =
                new HardwarePrograms(
                        List.of(program("ask.sh", "exec sleep 1000")),
                        (_, _) -> HEAD,
                        BlobStore.open(blobs()),
                        InstantSource.fixed(clock.instant()),
                        LONG);

        assertProblem(
                programs.vouch(subject, programs.clock().instant().plusMillis(400), () -> false),
                "did not end within 200 ms");
    }

    @Test
    void programs_afterOneThatFails_areAskedAllTheSame() throws Exception {
        Vouched vouched =
                vouched(
                        (_, _) -> HEAD,
                        LONG,
                        program("one.sh", "exit 1"),
                        program("two.sh", "cat " + answer));

        assertThat(vouched.evidence()).hasSize(1);
        assertThat(vouched.problems())
                .containsExactly("no evidence of hardware from one.sh: exited with 1");
    }

    @Test
    void log_thatGivesNoProof_leavesTheLeaseWithoutEvidence() throws Exception {
        LogHead none =
                (_, _) -> {
                    throw new MarketException(MarketException.Code.UNAVAILABLE, "it is gone");
                };

        assertProblem(
                vouched(none, LONG, program("ask.sh", "cat " + answer)),
                "the log's proof of the receipt: it is gone");
    }

    private static void assertProblem(Vouched vouched, String problem) {
        assertThat(vouched.evidence()).isEmpty();
        assertThat(vouched.problems())
                .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .contains(problem);
    }

    private static void assertEnds(Path pid) throws Exception {
        var process = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()));
        if (process.isPresent()) {
            var _ = process.get().onExit().get(30, TimeUnit.SECONDS);
        }
    }
}
