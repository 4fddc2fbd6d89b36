package dev.assay.verification.hardware;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The certificates at which a chain may end, each for one kind of evidence. Immutable. There are no
 * published roots for TPMs: each maker has its own, and the caller names those it trusts.
 */
public final class TrustRoots {
    private static final List<Published> PUBLISHED =
            List.of(
                    new Published(
                            EvidenceKind.SEV_SNP_REPORT,
                            "amd-ark-milan",
                            "AMD ARK (Milan)",
                            "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"),
                    new Published(
                            EvidenceKind.SEV_SNP_REPORT,
                            "amd-ark-genoa",
                            "AMD ARK (Genoa)",
                            "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"),
                    new Published(
                            EvidenceKind.SEV_SNP_REPORT,
                            "amd-ark-turin",
                            "AMD ARK (Turin)",
                            "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"),
                    new Published(
                            EvidenceKind.TDX_QUOTE,
                            "intel-sgx-root",
                            "Intel SGX Root CA",
                            "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3"),
                    new Published(
                            EvidenceKind.NVIDIA_GPU_REPORT,
                            "nvidia-device-identity",
                            "NVIDIA Device Identity CA",
                            "102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48"));

    private final List<Anchor> anchors;

    /**
     * A root.
     *
     * @param name for people
     * @param fingerprint SHA-256 of its DER bytes
     */
    public record Root(String name, Digest fingerprint) {
        @Override
        public String toString() {
            return name + " (" + fingerprint + ")";
        }
    }

    private record Published(EvidenceKind kind, String file, String name, String fingerprint) {}

    private record Anchor(EvidenceKind kind, Root root, X509Certificate certificate) {}

    private TrustRoots(List<Anchor> anchors) {
        this.anchors = List.copyOf(anchors);
    }

    /** No roots at all. */
    public static TrustRoots none() {
        return new TrustRoots(List.of());
    }

    /** The roots that AMD, Intel and NVIDIA publish, as they are kept here. */
    public static TrustRoots published() throws VerificationException {
        List<Anchor> anchors = new ArrayList<>();
        for (Published published : PUBLISHED) {
            X509Certificate certificate = read(published.file());
            Root root = new Root(published.name(), fingerprint(certificate));
            if (!root.fingerprint().equals(Digest.parse(published.fingerprint()))) {
                throw new VerificationException(
                        Code.BAD_KEY,
                        published.file() + ".pem is not the certificate that was pinned: " + root);
            }
            anchors.add(new Anchor(published.kind(), root, certificate));
        }
        return new TrustRoots(anchors);
    }

    /** These roots, and one more for a kind of evidence. */
    public TrustRoots with(EvidenceKind kind, X509Certificate certificate)
            throws VerificationException {
        List<Anchor> more = new ArrayList<>(anchors);
        more.add(
                new Anchor(
                        kind,
                        new Root(Certificates.subject(certificate), fingerprint(certificate)),
                        certificate));
        return new TrustRoots(more);
    }

    /** The root for this kind of evidence that is exactly this certificate. */
    Optional<Root> find(EvidenceKind kind, X509Certificate certificate) {
        return anchors.stream()
                .filter(anchor -> anchor.kind() == kind)
                .filter(anchor -> anchor.certificate().equals(certificate))
                .map(Anchor::root)
                .findFirst();
    }

    static Digest fingerprint(X509Certificate certificate) throws VerificationException {
        try {
            return Digest.sha256(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new VerificationException(
                    Code.BAD_ENCODING, "a certificate without an encoding", e);
        }
    }

    private static X509Certificate read(String file) throws VerificationException {
        String path = "roots/" + file + ".pem";
        try (InputStream in = TrustRoots.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new AssertionError("the program lacks its own file " + path);
            }
            return Certificates.fromPem(
                            path, new String(in.readAllBytes(), StandardCharsets.US_ASCII))
                    .getFirst();
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO, "cannot read the program's own file " + path, e);
        }
    }
}
