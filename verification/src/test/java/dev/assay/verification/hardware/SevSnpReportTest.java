package dev.assay.verification.hardware;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.EvidenceFile.Part;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Reports of processors in a cloud, with the certificates that AMD gave for them. */
class SevSnpReportTest {
    private static final int REPORT_DATA = 0x50;
    private static final int SIGNATURE = 0x2A0;

    @ParameterizedTest
    @ValueSource(strings = {"milan", "genoa"})
    void report_ofEachLine_isVerifiedUpToItsRoot(String line) throws VerificationException {
        VerifiedHardware verified = verify(Samples.snp(line));

        assertThat(verified.root().orElseThrow().name())
                .isEqualToIgnoringCase("AMD ARK (" + line + ")");
        assertThat(verified.proved())
                .contains("the key is of the chip that the report names")
                .contains("it was made for this nonce");
        assertThat(verified.unchecked()).contains("whether a certificate was revoked");
    }

    @Test
    void report_forAnotherNonce_isRefused() {
        assertRefused(Code.BAD_STATEMENT, () -> verify(Samples.snp("milan"), Samples.TPM_NONCE))
                .startsWith("report.reportData: made for another nonce");
    }

    @Test
    void reportData_swapped_breaksTheSignature() {
        assertRefused(Code.BAD_SIGNATURE, () -> verify(flipped(REPORT_DATA)))
                .startsWith("report: not signed by this key");
    }

    @Test
    void signature_changed_isRefused() {
        assertRefused(Code.BAD_SIGNATURE, () -> verify(flipped(SIGNATURE)))
                .startsWith("report: not signed by this key");
    }

    @Test
    void signature_tooLongForItsCurve_isRefused() {
        assertRefused(Code.BAD_ENCODING, () -> verify(flipped(SIGNATURE + 48)))
                .isEqualTo("report.signature.r: a number of more than 48 bytes");
    }

    @Test
    void version_ofTheFuture_isRefused() throws VerificationException {
        byte[] report = Changed.bytes(milan(), Part.REPORT);
        report[0] = 6;

        assertRefused(Code.BAD_ENCODING, () -> verify(Changed.part(milan(), Part.REPORT, report)))
                .isEqualTo("report.version: 6, not 2 to 5");
    }

    @Test
    void certificates_ofAnotherChip_areRefused() {
        assertRefused(
                        Code.BAD_SIGNATURE,
                        () -> verify(with(milan(), Samples.snp("genoa").certificates())))
                .startsWith("report: not signed by this key");
    }

    @Test
    void certificates_inAnotherOrder_areRefused() throws VerificationException {
        List<Bytes> chain = new ArrayList<>(milan().certificates());
        Collections.swap(chain, 1, 2);

        assertRefused(Code.BAD_KEY, () -> verify(with(milan(), chain)))
                .startsWith("certificates: certificate 0 is not issued by the next one");
    }

    @Test
    void certificates_withoutTheRoot_areRefused() {
        assertRefused(
                        Code.UNKNOWN_ROOT,
                        () -> verify(with(milan(), milan().certificates().subList(0, 2))))
                .contains("which is no root that is trusted for AMD SEV-SNP reports");
    }

    @Test
    void root_thatIsNotTrusted_isRefused() {
        assertRefused(
                        Code.UNKNOWN_ROOT,
                        () ->
                                milan().evidence()
                                        .verify(Samples.ZERO, TrustRoots.none(), Samples.NOW))
                .contains("which is no root that is trusted");
    }

    @Test
    void certificate_beforeItsTime_isRefused() {
        assertRefused(
                        Code.BAD_KEY,
                        () ->
                                milan().evidence()
                                        .verify(
                                                Samples.ZERO,
                                                TrustRoots.published(),
                                                Instant.parse("2025-01-28T00:00:00Z")))
                .contains("does not stand up at 2025-01-28T00:00:00Z");
    }

    @Test
    void bytes_cutAddedOrFlipped_areRefused() throws VerificationException {
        Changed.assertChangesRefused(milan(), Part.REPORT, Samples.ZERO);
    }

    private static EvidenceFile flipped(int at) throws VerificationException {
        return Changed.flipped(Samples.snp("milan"), Part.REPORT, at);
    }

    private static EvidenceFile milan() throws VerificationException {
        return Samples.snp("milan");
    }

    private static EvidenceFile with(EvidenceFile file, List<Bytes> certificates) {
        return new EvidenceFile(file.kind(), Map.copyOf(file.parts()), certificates);
    }

    private static VerifiedHardware verify(EvidenceFile file) throws VerificationException {
        return verify(file, Samples.ZERO);
    }

    private static VerifiedHardware verify(EvidenceFile file, EvidenceNonce nonce)
            throws VerificationException {
        return file.evidence().verify(nonce, TrustRoots.published(), Samples.NOW);
    }
}
