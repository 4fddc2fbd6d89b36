package dev.assay.verification.hardware;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.EvidenceReference.About;
import dev.assay.verification.log.LogCheckpoint;

import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The file that evidence travels in, how a statement names it, and what its nonce is made of. */
class EvidenceFileTest {
    private static final byte[] QUOTE = Samples.tpm("ecdsa").bytes();
    private static final LogCheckpoint CHECKPOINT =
            new LogCheckpoint("log.example/2026", 258, Digest.of(new byte[32]));
    private static final LeaseId LEASE = new LeaseId(Digest.sha256(new byte[] {1}));

    @Test
    void file_ofEachKind_isReadAsItWasWritten() throws VerificationException {
        for (EvidenceFile file :
                List.of(
                        Samples.tpm("ecdsa"),
                        Samples.snp("milan"),
                        Samples.tdx(),
                        Samples.hopper())) {
            EvidenceFile read = EvidenceFile.parse(file.bytes());

            assertThat(read).isEqualTo(file);
            assertThat(read.evidence().kind()).isEqualTo(file.kind());
        }
    }

    @Test
    void file_cutAtEveryLength_isRefused() throws VerificationException {
        byte[] bytes = Samples.tpm("ecdsa").bytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertRefused(Code.BAD_ENCODING, () -> EvidenceFile.parse(cut)).isNotEmpty();
        }
    }

    @Test
    void file_withAnUnknownField_isRefused() {
        assertRefused(
                        Code.BAD_ENCODING,
                        () -> parse("{\"kind\":\"tdx-quote\",\"quote\":\"\",\"x\":1}"))
                .isEqualTo("evidence.x: unknown field; a version that knows it is needed");
    }

    @Test
    void file_withBase64OfAnotherForm_isRefused() {
        assertRefused(Code.BAD_ENCODING, () -> parse("{\"kind\":\"tdx-quote\",\"quote\":\"AB==\"}"))
                .isNotEmpty();
        assertRefused(Code.BAD_ENCODING, () -> parse("{\"kind\":\"tdx-quote\",\"quote\":\"AAA\"}"))
                .contains("not in its canonical form");
    }

    @Test
    void file_ofAnUnknownKind_isRefused() {
        assertRefused(Code.BAD_ENCODING, () -> parse("{\"kind\":\"sgx-quote\"}"))
                .contains("no kind of evidence that this version knows")
                .contains("tpm2-quote");
    }

    @Test
    void file_overItsLimit_isRefusedUnread() {
        assertRefused(
                        Code.TOO_LARGE,
                        () -> EvidenceFile.parse(new byte[EvidenceFile.MAX_BYTES + 1]))
                .contains("131073 bytes, more than the 131072 allowed");
    }

    @Test
    void certificates_moreThanAChainHas_areRefused() throws VerificationException {
        EvidenceFile file =
                new EvidenceFile(
                        EvidenceKind.NVIDIA_GPU_REPORT,
                        Samples.hopper().parts(),
                        java.util.Collections.nCopies(
                                9, Samples.hopper().certificates().getFirst()));

        assertRefused(Code.TOO_LARGE, file::evidence)
                .isEqualTo("certificates: 9 certificates or more, a chain has at most 8");
    }

    /** Computed with printf, xxd and sha256sum from the layout in the Javadoc. */
    @Test
    void nonce_ofALease_isWhatTheLayoutSays() {
        assertThat(EvidenceNonce.ofLease(LEASE, CHECKPOINT).value().hex())
                .isEqualTo("16eb9ff77979e243d63abaa18303b36dee208ad457c86d0cbe8f229f2347fb63");
    }

    @Test
    void nonce_dependsOnEachOfItsParts() {
        LogCheckpoint later = new LogCheckpoint(CHECKPOINT.origin(), 259, CHECKPOINT.root());
        LogCheckpoint other = new LogCheckpoint("log.example/2027", 258, CHECKPOINT.root());
        LogCheckpoint fork = new LogCheckpoint(CHECKPOINT.origin(), 258, LEASE.digest());

        assertThat(
                        List.of(
                                EvidenceNonce.ofLease(LEASE, CHECKPOINT),
                                EvidenceNonce.ofLease(LEASE, later),
                                EvidenceNonce.ofLease(LEASE, other),
                                EvidenceNonce.ofLease(LEASE, fork),
                                EvidenceNonce.ofLease(new LeaseId(CHECKPOINT.root()), CHECKPOINT),
                                EvidenceNonce.ofStatement(LEASE.digest(), CHECKPOINT)))
                .doesNotHaveDuplicates();
    }

    @Test
    void nonce_withZerosAfterIt_isAnotherInAFieldOf32Bytes() throws VerificationException {
        EvidenceNonce nonce = EvidenceNonce.ofLease(LEASE, CHECKPOINT);
        byte[] padded = Arrays.copyOf(nonce.value().bytes(), 64);

        nonce.require("field", 64, padded);
        assertRefused(Code.BAD_STATEMENT, () -> nonce.require("field", 32, padded))
                .startsWith("field: made for another nonce");
    }

    @Test
    void reference_toAnotherFile_isRefused() {
        assertQuoteRefused(EvidenceKind.TPM2_QUOTE, LEASE.digest())
                .startsWith("evidence: the file is sha256:");
    }

    @Test
    void reference_toAnotherKind_isRefused() {
        assertQuoteRefused(EvidenceKind.TDX_QUOTE, Digest.sha256(QUOTE))
                .isEqualTo("evidence: the file is a tpm2-quote, not a tdx-quote, which was stated");
    }

    @Test
    void reference_ofAnotherMoment_isRefused() {
        assertQuoteRefused(EvidenceKind.TPM2_QUOTE, Digest.sha256(QUOTE))
                .startsWith("attest.extraData: made for another nonce");
    }

    /** The quote, held to a reference of this kind and digest. */
    private static AbstractStringAssert<?> assertQuoteRefused(EvidenceKind kind, Digest digest) {
        EvidenceReference reference =
                new EvidenceReference(kind, digest, About.LEASE, LEASE.digest(), CHECKPOINT);
        return assertRefused(
                Code.BAD_STATEMENT, () -> reference.verify(QUOTE, TrustRoots.none(), Samples.NOW));
    }

    private static EvidenceFile parse(String json) throws VerificationException {
        return EvidenceFile.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
