package dev.assay.verification.hardware;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.Keys.Curve;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * The signature data of a quote: the attestation key's signature, and the quoting enclave that
 * holds this key, vouched for by the processor's provisioning key (PCK), least significant byte
 * first (Intel TDX DCAP Quoting Library API, A.3.7 to A.3.11):
 *
 * <pre>
 * signature 64, attestation key 64
 * certification data: type 2 (6), size 4
 *   QE report 384, its signature 64, authentication data 2 + n
 *   certification data: type 2 (5), size 4, certificates in PEM from the PCK to the root
 * </pre>
 *
 * The report's data is SHA-256 of attestation key and authentication data, then 32 zeros.
 */
record QuotingEnclave(
        Bytes signature,
        Bytes key,
        Bytes reportBytes,
        Report report,
        Bytes reportSignature,
        Bytes authentication,
        List<X509Certificate> certificates) {
    private static final String WHAT = "quote.signatureData";
    private static final int ENCLAVE_DATA = 6;
    private static final int PEM_CHAIN = 5;
    private static final int SIGNATURE = 2 * Curve.P256.bytes();
    private static final int REPORT = 384;
    private static final int MAX_AUTHENTICATION = 1024;

    /** Intel's own signer of enclaves, and the number of its quoting enclave for TDX. */
    private static final String INTEL =
            "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5";

    /** What only the certificate of a processor's provisioning key has. */
    private static final String SGX = "1.2.840.113741.1.13.1";

    private static final int TD_QUOTING_ENCLAVE = 2;
    private static final int DEBUG = 1;

    /** The fields of the enclave's report that are compared or told. */
    record Report(long attributes, Bytes mrSigner, int isvProduct, int isvSvn, Bytes reportData) {
        static Report parse(byte[] bytes) throws VerificationException {
            BinaryFields in = BinaryFields.littleEndian(WHAT + ".qeReport", bytes);
            in.bytes("cpuSvn, miscSelect, reserved", 48);
            long attributes = in.u64("attributes");
            in.bytes("xfrm, mrEnclave, reserved", 8 + 32 + 32);
            Bytes mrSigner = Bytes.copyOf(in.bytes("mrSigner", 32));
            in.bytes("reserved", 96);
            int product = in.u16("isvProduct");
            int svn = in.u16("isvSvn");
            in.bytes("reserved", 60);
            Bytes reportData = Bytes.copyOf(in.bytes("reportData", 64));
            in.end();
            return new Report(attributes, mrSigner, product, svn, reportData);
        }
    }

    QuotingEnclave {
        certificates = List.copyOf(certificates);
    }

    static QuotingEnclave parse(byte[] bytes) throws VerificationException {
        BinaryFields in = BinaryFields.littleEndian(WHAT, bytes);
        Bytes signature = Bytes.copyOf(in.bytes("signature", SIGNATURE));
        Bytes key = Bytes.copyOf(in.bytes("attestationKey", SIGNATURE));
        certificationData(in, "certification", ENCLAVE_DATA);
        byte[] report = in.bytes("qeReport", REPORT);
        Bytes reportSignature = Bytes.copyOf(in.bytes("qeReportSignature", SIGNATURE));
        Bytes authentication = Bytes.copyOf(in.sized("authenticationData", MAX_AUTHENTICATION));
        certificationData(in, "pckCertification", PEM_CHAIN);
        byte[] pem = in.bytes("pckCertificates", in.remaining());
        in.end();
        return new QuotingEnclave(
                signature,
                key,
                Bytes.copyOf(report),
                Report.parse(report),
                reportSignature,
                authentication,
                Certificates.fromPem(WHAT + ".pckCertificates", text(pem)));
    }

    /** The type, which must be this one, and the size, which must be all of the rest. */
    private static void certificationData(BinaryFields in, String field, int expected)
            throws VerificationException {
        int type = in.u16(field + ".type");
        if (type != expected) {
            throw in.wrong(field + ".type", type + ", not " + expected);
        }
        long size = in.u32(field + ".size");
        if (size != in.remaining()) {
            throw in.wrong(field + ".size", size + ", but " + in.remaining() + " bytes follow");
        }
    }

    /** Intel's library ends the text with one zero. */
    private static String text(byte[] pem) {
        int end = pem.length > 0 && pem[pem.length - 1] == 0 ? pem.length - 1 : pem.length;
        return new String(pem, 0, end, StandardCharsets.ISO_8859_1);
    }

    PublicKey attestationKey() throws VerificationException {
        byte[] both = key.toArray();
        int half = Curve.P256.bytes();
        return Keys.ec(
                WHAT + ".attestationKey",
                Curve.P256,
                Arrays.copyOf(both, half),
                Arrays.copyOfRange(both, half, both.length));
    }

    /** Verifies that Intel's quoting enclave holds the attestation key, up to a trusted root. */
    TrustRoots.Root verify(EvidenceKind kind, TrustRoots roots, Instant at)
            throws VerificationException {
        CertificateChain chain = new CertificateChain(WHAT + ".pckCertificates", certificates);
        PublicKey pck =
                Keys.require(
                        WHAT + ".pckCertificates[0]", Curve.P256, chain.signer().getPublicKey());
        if (chain.leaf().getExtensionValue(SGX) == null) {
            throw contradiction(
                    ".pckCertificates[0]: no certificate of a processor, it has no " + SGX);
        }
        Keys.requireSigned(
                WHAT + ".qeReport",
                Curve.P256,
                pck,
                reportBytes.toArray(),
                reportSignature.toArray());
        byte[] bound = Digest.sha256(key.toArray(), authentication.toArray()).bytes();
        if (!Arrays.equals(
                Arrays.copyOf(bound, report.reportData().length()),
                report.reportData().toArray())) {
            throw contradiction(
                    ".attestationKey: not the key that the quoting enclave vouches for");
        }
        if (!Hex.of(report.mrSigner().toArray()).equals(INTEL)
                || report.isvProduct() != TD_QUOTING_ENCLAVE) {
            throw contradiction(".qeReport: not Intel's quoting enclave for TDX");
        }
        if ((report.attributes() >> DEBUG & 1) == 1) {
            throw contradiction(".qeReport.attributes: a quoting enclave that can be debugged");
        }
        return chain.verify(kind, roots, at);
    }

    /** The DER bytes of the processor's certificate. */
    Bytes leafEncoding() {
        try {
            return Bytes.copyOf(certificates.getFirst().getEncoded());
        } catch (CertificateEncodingException e) {
            throw new AssertionError("a certificate that was read has its bytes", e);
        }
    }

    private static VerificationException contradiction(String message) {
        return new VerificationException(Code.BAD_STATEMENT, WHAT + message);
    }
}
