package dev.assay.verification.hardware;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.EvidenceFile.Part;
import dev.assay.verification.hardware.VerifiedHardware.Fact;

import org.junit.jupiter.api.Test;

import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A report of an H100, with the certificates that it gave. */
class NvidiaGpuReportTest {
    private static final int NONCE = 4;
    private static final int RESPONSE = 37;
    private static final int BLOCKS = RESPONSE + 4;
    private static final int RECORD = RESPONSE + 8;

    @Test
    void report_isVerifiedUpToNvidiasRoot() throws VerificationException {
        VerifiedHardware verified = verify(Samples.hopper());

        assertThat(verified.root().orElseThrow().name()).isEqualTo("NVIDIA Device Identity CA");
        assertThat(verified.facts())
                .contains(new Fact("driver", "550.90.07"))
                .contains(new Fact("measurement.1", "00".repeat(48)));
        assertThat(verified.unchecked()).anyMatch(line -> line.contains("RIM"));
    }

    @Test
    void report_forAnotherNonce_isRefused() {
        assertRefused(
                        Code.BAD_STATEMENT,
                        () ->
                                Samples.hopper()
                                        .evidence()
                                        .verify(Samples.ZERO, TrustRoots.published(), Samples.NOW))
                .startsWith("report.request.nonce: made for another nonce");
    }

    @Test
    void nonce_swapped_breaksTheSignature() {
        assertRefused(Code.BAD_SIGNATURE, () -> verify(flipped(NONCE)))
                .startsWith("report: not signed by this key");
    }

    @Test
    void measurement_changed_breaksTheSignature() {
        assertRefused(Code.BAD_SIGNATURE, () -> verify(flipped(RECORD + 7)))
                .startsWith("report: not signed by this key");
    }

    @Test
    void blocks_moreThanThereAre_areRefused() throws VerificationException {
        byte[] report = Changed.bytes(Samples.hopper(), Part.REPORT);
        report[BLOCKS] = (byte) 0xFF;

        assertRefused(
                        Code.BAD_ENCODING,
                        () -> verify(Changed.part(Samples.hopper(), Part.REPORT, report)))
                .startsWith("report.response.record.[64].index: cut short");
    }

    @Test
    void record_of16MiB_isRefused() throws VerificationException {
        byte[] report = Changed.bytes(Samples.hopper(), Part.REPORT);
        Arrays.fill(report, RESPONSE + 5, RESPONSE + 8, (byte) 0xFF);

        assertRefused(
                        Code.BAD_ENCODING,
                        () -> verify(Changed.part(Samples.hopper(), Part.REPORT, report)))
                .startsWith("report.response.record: cut short, needs 16777215 bytes");
    }

    @Test
    void certificates_inAnotherOrder_areRefused() throws VerificationException {
        List<Bytes> chain = new ArrayList<>(Samples.hopper().certificates());
        Collections.swap(chain, 1, 2);
        EvidenceFile swapped =
                new EvidenceFile(EvidenceKind.NVIDIA_GPU_REPORT, Samples.hopper().parts(), chain);

        assertRefused(Code.BAD_KEY, () -> verify(swapped))
                .startsWith("certificates: certificate 0 is not issued by the next one");
    }

    /** A key that somebody else certified for something else signs in the same form. */
    @Test
    void certificate_ofNoFirmware_isRefused() throws VerificationException {
        TestCertificates authority = new TestCertificates();
        KeyPair key = TestCertificates.ecKey("secp384r1");
        byte[] report = Changed.bytes(Samples.hopper(), Part.REPORT);
        byte[] signature =
                TestCertificates.sign(
                        key,
                        "SHA384withECDSAinP1363Format",
                        Arrays.copyOf(report, report.length - 96));
        System.arraycopy(signature, 0, report, report.length - 96, 96);
        EvidenceFile file =
                new EvidenceFile(
                        EvidenceKind.NVIDIA_GPU_REPORT,
                        Map.of(Part.REPORT, Bytes.copyOf(report)),
                        Samples.der(
                                List.of(
                                        authority.leaf(key.getPublic(), Map.of()),
                                        authority.root())));
        TrustRoots roots = TrustRoots.none().with(EvidenceKind.NVIDIA_GPU_REPORT, authority.root());

        assertRefused(
                        Code.BAD_STATEMENT,
                        () -> file.evidence().verify(Samples.HOPPER_NONCE, roots, Samples.NOW))
                .startsWith("certificates[0]: no certificate of a device's firmware");
    }

    @Test
    void bytes_cutAddedOrFlipped_areRefused() throws VerificationException {
        Changed.assertChangesRefused(Samples.hopper(), Part.REPORT, Samples.HOPPER_NONCE);
    }

    private static EvidenceFile flipped(int at) throws VerificationException {
        return Changed.flipped(Samples.hopper(), Part.REPORT, at);
    }

    private static VerifiedHardware verify(EvidenceFile file) throws VerificationException {
        return file.evidence().verify(Samples.HOPPER_NONCE, TrustRoots.published(), Samples.NOW);
    }
}
