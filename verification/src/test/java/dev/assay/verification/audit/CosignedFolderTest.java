package dev.assay.verification.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.check.TinyModel.TinyEngine;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.hardware.TrustRoots;
import dev.assay.verification.http.HttpHost;
import dev.assay.verification.http.HttpWitness;
import dev.assay.verification.log.CheckpointStore;
import dev.assay.verification.log.NoteSignature;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.statement.VerdictPredicate.Outcome;
import dev.assay.verification.witness.AddCheckpoint;
import dev.assay.verification.witness.Witness;
import dev.assay.verification.witness.WitnessAnswer;
import dev.assay.verification.witness.WitnessKey;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Folders whose checkpoint a witness cosigned over HTTP, and folders that only look so. */
final class CosignedFolderTest extends AuditedStory {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Instant TIME = Instant.parse("2026-01-31T12:00:00Z");

    private final LogSigningKey witness;
    private final LogSigningKey other;

    CosignedFolderTest() throws Exception {
        witness = LogSigningKey.create("w1.example", new SecureRandom());
        other = LogSigningKey.create("w1.example", new SecureRandom());
    }

    @Test
    void checkpoint_thatTheWitnessCosigned_isProvedToBe() throws Exception {
        story.cosigning = (log, note) -> note.with(List.of(cosign(witness, log, note)));

        AuditReport report = audited();

        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(ofWitnesses(report))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.standing()).isEqualTo(Standing.PROVED);
                            assertThat(finding.message())
                                    .startsWith("witness w1.example cosigned the checkpoint of ")
                                    .endsWith(" entries at " + TIME);
                        });
    }

    @Test
    void checkpoint_thatNobodyCosigned_isInconclusive() throws Exception {
        assertMissing(audited());
    }

    /** A key of the same name is not the key that was asked for. */
    @Test
    void checkpoint_thatANamesakeCosigned_isInconclusive() throws Exception {
        story.cosigning = (log, note) -> note.with(List.of(cosign(other, log, note)));
        assertMissing(audited());
    }

    @Test
    void cosignature_ofAnotherCheckpoint_isRefuted() throws Exception {
        List<NoteSignature> first = new ArrayList<>();
        story.cosigning =
                (log, note) -> {
                    first.add(cosign(witness, log, note));
                    return note;
                };
        written();
        story.othersBeforeTheDraw = 1;
        story.cosigning = (_, note) -> note.with(first);
        assertFails(audited());
    }

    @Test
    void cosignature_byAnotherKeyUnderTheWitnessesId_isRefuted() throws Exception {
        story.cosigning =
                (log, note) -> {
                    byte[] genuine = cosign(witness, log, note).bytes();
                    byte[] forged = cosign(other, log, note).bytes();
                    System.arraycopy(genuine, 0, forged, 0, NoteSignature.KEY_ID_BYTES);
                    return note.with(List.of(line(forged)));
                };
        assertFails(audited());
    }

    @Test
    void cosignature_withOneBitFlipped_isRefuted() throws Exception {
        int length = 4 + Long.BYTES + LogVerifyingKey.SIGNATURE_BYTES;
        for (int at : new int[] {4, 4 + Long.BYTES - 1, 4 + Long.BYTES, length - 1}) {
            story = new Story(papers);
            story.cosigning =
                    (log, note) -> {
                        byte[] bytes = cosign(witness, log, note).bytes();
                        assertThat(bytes).hasSize(length);
                        bytes[at] ^= 1;
                        return note.with(List.of(line(bytes)));
                    };
            assertFails(audited());
        }
    }

    @Test
    void cosignature_withoutItsEnd_isRefuted() throws Exception {
        story.cosigning =
                (log, note) -> {
                    byte[] bytes = cosign(witness, log, note).bytes();
                    return note.with(List.of(line(Arrays.copyOf(bytes, bytes.length - 1))));
                };
        assertFails(audited());
    }

    @Test
    void cosignature_thatIsThereTwice_isRefuted() throws Exception {
        story.cosigning =
                (log, note) -> {
                    NoteSignature line = cosign(witness, log, note);
                    return note.with(List.of(line, line));
                };
        assertFails(audited());
    }

    private AuditReport audited() throws Exception {
        CheckpointAudit required =
                new CheckpointAudit(
                        Optional.empty(),
                        Optional.empty(),
                        List.of(new WitnessKey(witness.verifyingKey())));
        return new FolderAudit(
                        new TinyEngine(),
                        FolderAudit.Extent.DRAWN,
                        _ -> {},
                        required,
                        TrustRoots.none())
                .audit(written().path());
    }

    private static void assertMissing(AuditReport report) {
        assertThat(report.verdict()).as(report.toString()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(report.with(Standing.UNCHECKED))
                .extracting(Finding::clause)
                .containsExactly(Clause.WITNESS);
        assertThat(report.toString()).contains("witness w1.example, whose word you asked for");
    }

    private static void assertFails(AuditReport report) {
        assertThat(report.verdict()).as(report.toString()).isEqualTo(Outcome.FAIL);
        assertThat(report.with(Standing.REFUTED))
                .extracting(Finding::clause)
                .containsExactly(Clause.WITNESS);
        assertThat(ofWitnesses(report)).hasSize(1);
    }

    private static List<Finding> ofWitnesses(AuditReport report) {
        return report.findings().stream()
                .filter(finding -> finding.clause() == Clause.WITNESS)
                .toList();
    }

    private NoteSignature line(byte[] bytes) {
        return new NoteSignature(witness.origin(), Base64.getEncoder().encodeToString(bytes));
    }

    /** What a new witness with this key answers over HTTP. */
    private NoteSignature cosign(LogSigningKey key, LogVerifyingKey log, SignedNote note)
            throws Exception {
        try (CheckpointStore store =
                        CheckpointStore.open(Files.createTempDirectory(place, "witness"));
                HttpHost host =
                        HttpHost.ofWitness(
                                Witness.of(key, List.of(log), store, () -> TIME),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                (request, why) -> {
                                    throw new AssertionError(request, why);
                                });
                HttpWitness asked =
                        HttpWitness.at(
                                URI.create("http://127.0.0.1:" + host.address().getPort()),
                                new WitnessKey(key.verifyingKey()),
                                LIMIT)) {
            WitnessAnswer answer = asked.ask(new AddCheckpoint(0, List.of(), note));
            assertThat(answer).isInstanceOf(WitnessAnswer.Cosigned.class);
            return ((WitnessAnswer.Cosigned) answer).signature();
        }
    }
}
