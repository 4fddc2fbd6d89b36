package dev.assay.verification.hardware;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.EvidenceFile.Part;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Map;

/** A quote of a trust domain in a cloud, and quotes changed and signed again here. */
class TdxQuoteTest {
    private static final int TD_ATTRIBUTES = 48 + 120;
    private static final int REPORT_DATA = 48 + 520;
    private static final int SIGNED = 632;
    private static final int SIGNATURE = 636;
    private static final int KEY = 700;
    private static final int QE_REPORT = 770;
    private static final int QE_SIGNATURE = 1154;
    private static final int AUTHENTICATION = 1220;
    private static final int PCK_SIZE = 1254;
    private static final int PCK = 1258;
    private static final String SGX = "1.2.840.113741.1.13.1";

    private static final EvidenceNonce NONCE = firstHalf();

    private static EvidenceNonce firstHalf() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        return new EvidenceNonce(
                Digest.of(Arrays.copyOfRange(quote, REPORT_DATA, REPORT_DATA + 32)));
    }

    @Test
    void quote_isVerifiedUpToIntelsRoot() throws VerificationException {
        VerifiedHardware verified = verify(Samples.tdx());

        assertThat(verified.root().orElseThrow().name()).isEqualTo("Intel SGX Root CA");
        assertThat(verified.proved()).contains("it was made for this nonce");
        assertThat(verified.unchecked())
                .anyMatch(line -> line.contains("TCB status"))
                .contains("whether a certificate was revoked");
    }

    @Test
    void quote_forAnotherNonce_isRefused() {
        assertRefused(Code.BAD_STATEMENT, () -> verify(Samples.tdx(), Samples.ZERO))
                .startsWith("quote.reportData: made for another nonce");
    }

    @Test
    void reportData_swapped_breaksTheSignature() {
        assertRefused(Code.BAD_SIGNATURE, () -> verify(flipped(REPORT_DATA)))
                .startsWith("quote: not signed by this key");
    }

    @Test
    void enclaveReport_changed_breaksItsSignature() {
        assertRefused(Code.BAD_SIGNATURE, () -> verify(flipped(QE_REPORT)))
                .startsWith("quote.signatureData.qeReport: not signed by this key");
    }

    @Test
    void authenticationData_changed_isRefused() {
        assertRefused(Code.BAD_STATEMENT, () -> verify(flipped(AUTHENTICATION)))
                .startsWith("quote.signatureData.attestationKey: not the key");
    }

    @Test
    void attestationKey_ofSomebodyElse_isRefused() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        KeyPair key = TestCertificates.ecKey("secp256r1");
        signAgain(quote, key);

        assertRefused(Code.BAD_STATEMENT, () -> verify(of(quote)))
                .startsWith("quote.signatureData.attestationKey: not the key");
    }

    @Test
    void certificates_inAnotherOrder_areRefused() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        String pem = new String(quote, PCK, quote.length - PCK, StandardCharsets.US_ASCII);
        int second = pem.indexOf("-----BEGIN", 1);
        int third = pem.indexOf("-----BEGIN", second + 1);
        String swapped =
                pem.substring(0, second)
                        + pem.substring(third, pem.length() - 1)
                        + pem.substring(second, third)
                        + "\0";
        byte[] bytes = swapped.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, quote, PCK, bytes.length);

        assertRefused(Code.BAD_KEY, () -> verify(of(quote)))
                .contains("certificate 0 is not issued by the next one");
    }

    /** The last digit before the padding of the first certificate has bits that nothing reads. */
    @Test
    void certificate_inBase64OfAnotherForm_isRefused() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        String pem = new String(quote, PCK, quote.length - PCK, StandardCharsets.US_ASCII);
        quote[PCK + pem.indexOf('=') - 1] ^= 1;

        assertRefused(Code.BAD_ENCODING, () -> verify(of(quote)))
                .endsWith("a certificate in PEM that is not base64");
    }

    @Test
    void version_three_isRefused() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        quote[0] = 3;

        assertRefused(Code.BAD_ENCODING, () -> verify(of(quote)))
                .isEqualTo("quote.version: 3, not 4");
    }

    @Test
    void authenticationData_ofManyBytes_isRefused() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        quote[AUTHENTICATION - 1] = (byte) 0xFF;

        assertRefused(Code.BAD_ENCODING, () -> verify(of(quote)))
                .contains("authenticationData: 65312 bytes, more than the 1024");
    }

    @Test
    void root_ofSomebodyElse_isRefused() {
        assertRefused(Code.UNKNOWN_ROOT, () -> verify(of(made(new TestCertificates()))))
                .contains("ends at CN=Test Root, which is no root that is trusted for");
    }

    @Test
    void quote_signedAgainByOurAuthority_isVerified() throws VerificationException {
        TestCertificates authority = new TestCertificates();

        assertThat(verify(of(made(authority)), authority).root().orElseThrow().name())
                .isEqualTo("CN=Test Root");
    }

    @Test
    void domain_thatMayBeDebugged_isRefused() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        quote[TD_ATTRIBUTES] |= 1;

        assertMadeRefused(quote).startsWith("quote.tdAttributes: the domain's host may debug");
    }

    /** Performance monitoring, one of the attributes beside debugging. */
    @Test
    void domain_thatMayBeProfiled_isRefused() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        quote[TD_ATTRIBUTES] |= 1 << 2;

        assertMadeRefused(quote).startsWith("quote.tdAttributes: the domain's host may");
    }

    @Test
    void module_ofAnotherSignerOrDebugged_isRefused() {
        byte[] signer = Changed.bytes(Samples.tdx(), Part.QUOTE);
        signer[TD_ATTRIBUTES - 8 - 1] = 1;
        byte[] attributes = Changed.bytes(Samples.tdx(), Part.QUOTE);
        attributes[TD_ATTRIBUTES - 8] = 1;

        assertRefused(Code.BAD_ENCODING, () -> verify(of(signer)))
                .startsWith("quote.mrSignerSeam, seamAttributes: not zero");
        assertRefused(Code.BAD_ENCODING, () -> verify(of(attributes)))
                .startsWith("quote.mrSignerSeam, seamAttributes: not zero");
    }

    @Test
    void certificate_thatIsNotToSign_isRefused() {
        TestCertificates authority = new TestCertificates();
        byte[] made =
                made(
                        Changed.bytes(Samples.tdx(), Part.QUOTE),
                        authority,
                        Map.of(
                                SGX,
                                new ASN1Integer(1),
                                Extension.keyUsage.getId(),
                                new KeyUsage(KeyUsage.keyEncipherment)));

        assertRefused(Code.BAD_KEY, () -> verify(of(made), authority))
                .contains("pckCertificates[0]: its key certifies or encrypts");
    }

    @Test
    void enclave_ofAnotherSigner_isRefused() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        quote[QE_REPORT + 128] ^= 1;

        assertMadeRefused(quote).endsWith("qeReport: not Intel's quoting enclave for TDX");
    }

    @Test
    void enclave_ofAnotherProduct_isRefused() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        quote[QE_REPORT + 256] = 1;

        assertMadeRefused(quote).endsWith("qeReport: not Intel's quoting enclave for TDX");
    }

    @Test
    void certificate_ofNoProcessor_isRefused() {
        TestCertificates authority = new TestCertificates();
        byte[] made = made(Changed.bytes(Samples.tdx(), Part.QUOTE), authority, Map.of());

        assertRefused(Code.BAD_STATEMENT, () -> verify(of(made), authority))
                .contains("pckCertificates[0]: no certificate of a processor");
    }

    @Test
    void enclave_thatCanBeDebugged_isRefused() {
        byte[] quote = Changed.bytes(Samples.tdx(), Part.QUOTE);
        quote[QE_REPORT + 48] |= 2;

        assertMadeRefused(quote).endsWith("a quoting enclave that can be debugged");
    }

    @Test
    void bytes_cutAddedOrFlipped_areRefused() throws VerificationException {
        Changed.assertChangesRefused(Samples.tdx(), Part.QUOTE, NONCE);
    }

    private static org.assertj.core.api.AbstractStringAssert<?> assertMadeRefused(byte[] quote) {
        TestCertificates authority = new TestCertificates();
        byte[] made = made(quote, authority);
        return assertRefused(Code.BAD_STATEMENT, () -> verify(of(made), authority));
    }

    private static byte[] made(TestCertificates authority) {
        return made(Changed.bytes(Samples.tdx(), Part.QUOTE), authority);
    }

    /** The quote with keys, signatures and certificates of our own; its other bytes stay. */
    private static byte[] made(byte[] quote, TestCertificates authority) {
        return made(quote, authority, Map.of(SGX, new ASN1Integer(1)));
    }

    private static byte[] made(
            byte[] quote, TestCertificates authority, Map<String, ASN1Encodable> extensions) {
        signAgain(quote, TestCertificates.ecKey("secp256r1"));
        byte[] bound =
                Digest.sha256(
                                Arrays.copyOfRange(quote, KEY, KEY + 64),
                                Arrays.copyOfRange(quote, AUTHENTICATION, AUTHENTICATION + 32))
                        .bytes();
        System.arraycopy(bound, 0, quote, QE_REPORT + 320, bound.length);
        KeyPair pck = TestCertificates.ecKey("secp256r1");
        byte[] signature =
                TestCertificates.sign(
                        pck,
                        "SHA256withECDSAinP1363Format",
                        Arrays.copyOfRange(quote, QE_REPORT, QE_SIGNATURE));
        System.arraycopy(signature, 0, quote, QE_SIGNATURE, signature.length);
        byte[] pem =
                (TestCertificates.pem(authority.leaf(pck.getPublic(), extensions))
                                + TestCertificates.pem(authority.root()))
                        .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer made = ByteBuffer.allocate(PCK + pem.length).order(ByteOrder.LITTLE_ENDIAN);
        made.put(quote, 0, PCK).put(pem);
        made.putInt(SIGNED, made.capacity() - SIGNATURE);
        made.putInt(QE_REPORT - 4, made.capacity() - QE_REPORT);
        made.putInt(PCK_SIZE, pem.length);
        byte[] bytes = made.array();
        return bytes;
    }

    private static void signAgain(byte[] quote, KeyPair key) {
        if (!(key.getPublic() instanceof ECPublicKey ec)) {
            throw new AssertionError("an EC key");
        }
        System.arraycopy(fixed(ec.getW().getAffineX()), 0, quote, KEY, 32);
        System.arraycopy(fixed(ec.getW().getAffineY()), 0, quote, KEY + 32, 32);
        byte[] signature =
                TestCertificates.sign(
                        key, "SHA256withECDSAinP1363Format", Arrays.copyOf(quote, SIGNED));
        System.arraycopy(signature, 0, quote, SIGNATURE, signature.length);
    }

    private static byte[] fixed(java.math.BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(bytes.length, fixed.length);
        System.arraycopy(bytes, bytes.length - length, fixed, fixed.length - length, length);
        return fixed;
    }

    private static EvidenceFile of(byte[] quote) {
        return Changed.part(Samples.tdx(), Part.QUOTE, quote);
    }

    private static EvidenceFile flipped(int at) {
        return Changed.flipped(Samples.tdx(), Part.QUOTE, at);
    }

    private static VerifiedHardware verify(EvidenceFile file) throws VerificationException {
        return verify(file, NONCE);
    }

    private static VerifiedHardware verify(EvidenceFile file, EvidenceNonce nonce)
            throws VerificationException {
        return file.evidence().verify(nonce, TrustRoots.published(), Samples.NOW);
    }

    private static VerifiedHardware verify(EvidenceFile file, TestCertificates authority)
            throws VerificationException {
        return file.evidence()
                .verify(
                        NONCE,
                        TrustRoots.none().with(EvidenceKind.TDX_QUOTE, authority.root()),
                        Samples.NOW);
    }
}
