package dev.assay.verification.hardware;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.EvidenceFile.Part;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What no sample shows: reports signed here, right in their form, by a key of our own authority.
 * They say nothing of real processors.
 */
class MadeSnpReportTest {
    private static final String AMD = "1.3.6.1.4.1.3704.1.";
    private static final int SIGNED = 0x2A0;
    private static final int POLICY = 0x08;
    private static final int VMPL = 0x30;
    private static final int FLAGS = 0x48;
    private static final int REPORT_DATA = 0x50;
    private static final int REPORTED_TCB = 0x180;
    private static final int CHIP_ID = 0x1A0;

    private final TestCertificates authority = new TestCertificates();
    private final KeyPair key = TestCertificates.ecKey("secp384r1");
    private final byte[] report = new byte[SevSnpReport.BYTES];
    private final Map<String, ASN1Encodable> extensions = new HashMap<>();

    /** A VCEK's report of a Genoa, which every test changes in one way. */
    MadeSnpReportTest() {
        ByteBuffer fields = ByteBuffer.wrap(report).order(ByteOrder.LITTLE_ENDIAN);
        fields.putInt(0, 5).putInt(0x34, 1);
        fields.put(REPORT_DATA, Samples.TPM_NONCE.value().bytes());
        fields.put(REPORTED_TCB, new byte[] {10, 1, 0, 0, 0, 0, 23, (byte) 200});
        Arrays.fill(report, CHIP_ID, CHIP_ID + 64, (byte) 7);
        tcb("3.1", 10, "3.2", 1, "3.3", 23, "3.4", 0, "3.5", 0, "3.6", 0, "3.7", 0, "3.8", 200);
        byte[] id = new byte[64];
        Arrays.fill(id, (byte) 7);
        extensions.put(AMD + "4", new DEROctetString(id));
    }

    private void tcb(Object... versions) {
        for (int i = 0; i < versions.length; i += 2) {
            extensions.put(AMD + versions[i], new ASN1Integer((int) versions[i + 1]));
        }
    }

    @Test
    void report_withThisNonce_isVerified() throws VerificationException {
        assertThat(verify().proved()).contains("it was made for this nonce");
    }

    @Test
    void reportData_withMoreThanTheNonce_isRefused() {
        report[REPORT_DATA + 63] = 1;

        assertRefused(Code.BAD_STATEMENT, this::verify)
                .startsWith("report.reportData: made for another nonce");
    }

    /** A host asks by a command of its own, and the level says so. */
    @Test
    void report_thatTheHostAskedFor_isRefused() {
        Arrays.fill(report, VMPL, VMPL + 4, (byte) 0xFF);

        assertRefused(Code.BAD_ENCODING, this::verify)
                .startsWith("report.vmpl: 4294967295, not 0 to 3");
    }

    @Test
    void certificate_thatIsNotToSign_isRefused() {
        extensions.put(Extension.keyUsage.getId(), new KeyUsage(KeyUsage.keyCertSign));

        assertRefused(Code.BAD_KEY, this::verify)
                .startsWith("certificates[0]: its key certifies or encrypts");
    }

    @Test
    void tcb_olderThanTheKeys_isRefused() {
        report[REPORTED_TCB + 6] = 22;

        assertRefused(Code.BAD_STATEMENT, this::verify)
                .startsWith("report.reportedTcb: 0a010000000016c8, but the key is for");
    }

    @Test
    void tcb_ofATurin_isReadInItsOwnOrder() throws VerificationException {
        tcb("3.9", 4, "3.4", 0);
        ByteBuffer.wrap(report).put(REPORTED_TCB, new byte[] {4, 10, 1, 23, 0, 0, 0, (byte) 200});
        Arrays.fill(report, CHIP_ID + 8, CHIP_ID + 64, (byte) 0);
        extensions.put(AMD + "4", new DEROctetString(new byte[] {7, 7, 7, 7, 7, 7, 7, 7}));

        assertThat(verify().proved()).contains("the key is of the chip that the report names");
    }

    @Test
    void chip_otherThanTheKeys_isRefused() {
        report[CHIP_ID + 63] = 8;

        assertRefused(Code.BAD_STATEMENT, this::verify).startsWith("report.chipId: another chip");
    }

    @Test
    void chip_masked_isNotProved() throws VerificationException {
        report[FLAGS] = 2;
        Arrays.fill(report, CHIP_ID, CHIP_ID + 64, (byte) 0);

        VerifiedHardware verified = verify();
        assertThat(verified.proved()).noneMatch(line -> line.contains("chip"));
        assertThat(verified.unchecked()).contains("which chip it was: the report does not say");
    }

    @Test
    void chip_maskedAndNamed_isRefused() {
        report[FLAGS] = 2;

        assertRefused(Code.BAD_STATEMENT, this::verify).startsWith("report.chipId: another chip");
    }

    @Test
    void vlek_withoutAChip_isVerified() throws VerificationException {
        report[FLAGS] = 1 << 2;
        extensions.remove(AMD + "4");

        assertThat(verify().unchecked()).contains("which chip it was: the report does not say");
    }

    @Test
    void vlek_withAChip_isRefused() {
        report[FLAGS] = 1 << 2;

        assertRefused(Code.BAD_STATEMENT, this::verify)
                .isEqualTo("certificates[0]: names a chip, so it is of no VLEK");
    }

    @Test
    void vcek_withoutAChip_isRefused() {
        extensions.remove(AMD + "4");

        assertRefused(Code.BAD_STATEMENT, this::verify)
                .isEqualTo("certificates[0]: names no chip, so it is of no VCEK");
    }

    @Test
    void signer_thatIsNeither_isRefused() {
        report[FLAGS] = 7 << 2;

        assertRefused(Code.BAD_ENCODING, this::verify)
                .isEqualTo("report.keyFlags: signed by key 7, neither VCEK nor VLEK");
    }

    @Test
    void guest_thatMayBeDebugged_isRefused() {
        report[POLICY + 2] = 1 << 3;

        assertRefused(Code.BAD_STATEMENT, this::verify)
                .startsWith("report.policy: the guest's host may debug it");
    }

    @Test
    void certificate_withoutVersions_isRefused() {
        extensions.remove(AMD + "3.8");

        assertRefused(Code.BAD_STATEMENT, this::verify)
                .contains("has no extension 1.3.6.1.4.1.3704.1.3.8");
    }

    @Test
    void certificate_withAVersionOver255_isRefused() {
        tcb("3.8", 256);

        assertRefused(Code.BAD_STATEMENT, this::verify).endsWith("no number from 0 to 255");
    }

    @Test
    void root_ofOurOwn_isTrustedForThisKindOnly() throws VerificationException {
        TrustRoots other = TrustRoots.published().with(EvidenceKind.TDX_QUOTE, authority.root());

        assertRefused(
                        Code.UNKNOWN_ROOT,
                        () -> file().evidence().verify(Samples.TPM_NONCE, other, Samples.NOW))
                .contains("which is no root that is trusted for AMD SEV-SNP reports");
    }

    private VerifiedHardware verify() throws VerificationException {
        TrustRoots roots = TrustRoots.none().with(EvidenceKind.SEV_SNP_REPORT, authority.root());
        return file().evidence().verify(Samples.TPM_NONCE, roots, Samples.NOW);
    }

    private EvidenceFile file() {
        byte[] signature =
                TestCertificates.sign(
                        key, "SHA384withECDSAinP1363Format", Arrays.copyOf(report, SIGNED));
        for (int i = 0; i < 48; i++) {
            report[SIGNED + i] = signature[47 - i];
            report[SIGNED + 72 + i] = signature[95 - i];
        }
        return new EvidenceFile(
                EvidenceKind.SEV_SNP_REPORT,
                Map.of(Part.REPORT, Bytes.copyOf(report)),
                Samples.der(
                        List.of(authority.leaf(key.getPublic(), extensions), authority.root())));
    }
}
