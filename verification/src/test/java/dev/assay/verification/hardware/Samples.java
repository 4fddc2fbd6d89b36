package dev.assay.verification.hardware;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.hardware.EvidenceFile.Part;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What hardware really said; the README beside the files names where each is from. */
final class Samples {
    /** When every certificate of the samples was valid. */
    static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    /** What the TPM was asked to quote: {@code printf nonce | sha256sum}. */
    static final EvidenceNonce TPM_NONCE =
            new EvidenceNonce(Digest.sha256("nonce".getBytes(StandardCharsets.US_ASCII)));

    /** The guests of both SEV-SNP samples asked for 64 zeros. */
    static final EvidenceNonce ZERO = new EvidenceNonce(Digest.of(new byte[32]));

    static final EvidenceNonce HOPPER_NONCE =
            nonce("931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb");

    private Samples() {}

    static EvidenceNonce nonce(String hex) {
        return new EvidenceNonce(Digest.parse(hex));
    }

    /** A quote by a TPM's key of this scheme: rsassa, rsapss or ecdsa. */
    static EvidenceFile tpm(String scheme) {
        return new EvidenceFile(
                EvidenceKind.TPM2_QUOTE,
                Map.of(
                        Part.ATTEST, file("tpm/" + scheme + ".attest"),
                        Part.SIGNATURE, file("tpm/" + scheme + ".sig"),
                        Part.KEY, file("tpm/" + scheme + ".pub"),
                        Part.PCRS, file("tpm/" + scheme + ".pcrs")),
                List.of());
    }

    /** A report by a processor of this line: milan or genoa. */
    static EvidenceFile snp(String line) throws VerificationException {
        List<X509Certificate> chain = new ArrayList<>(certificates("sev-snp-" + line + ".pem"));
        chain.addAll(certificates("roots/amd-ark-" + line + ".pem"));
        return new EvidenceFile(
                EvidenceKind.SEV_SNP_REPORT,
                Map.of(Part.REPORT, hex("sev-snp-" + line + ".hex")),
                der(chain));
    }

    /** A report by an H100. */
    static EvidenceFile hopper() throws VerificationException {
        List<X509Certificate> chain = new ArrayList<>(certificates("nvidia-hopper.pem"));
        chain.addAll(certificates("roots/nvidia-device-identity.pem"));
        return new EvidenceFile(
                EvidenceKind.NVIDIA_GPU_REPORT,
                Map.of(Part.REPORT, hex("nvidia-hopper.hex")),
                der(chain));
    }

    /** A quote by a trust domain in a cloud. */
    static EvidenceFile tdx() {
        return new EvidenceFile(
                EvidenceKind.TDX_QUOTE, Map.of(Part.QUOTE, hex("tdx-quote.hex")), List.of());
    }

    static List<X509Certificate> certificates(String name) throws VerificationException {
        return Certificates.fromPem(
                name, new String(file(name).toArray(), StandardCharsets.US_ASCII));
    }

    static List<Bytes> der(List<X509Certificate> certificates) {
        List<Bytes> der = new ArrayList<>();
        for (X509Certificate certificate : certificates) {
            try {
                der.add(Bytes.copyOf(certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new AssertionError(e);
            }
        }
        return der;
    }

    static Bytes hex(String name) {
        String text = new String(file(name).toArray(), StandardCharsets.US_ASCII);
        return Bytes.copyOf(HexFormat.of().parseHex(text.replace("\n", "")));
    }

    static Bytes file(String name) {
        try (InputStream in = Samples.class.getResourceAsStream(name)) {
            return Bytes.copyOf(Objects.requireNonNull(in, name).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
