package dev.assay.cli.command;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.hardware.Certificates;
import dev.assay.verification.hardware.EvidenceKind;
import dev.assay.verification.hardware.TrustRoots;

import picocli.CommandLine.Option;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/** The certificates at which those of hardware may end. */
final class RootOptions {
    private static final int MAX_BYTES = 64 << 10;

    @Option(
            names = "--root",
            paramLabel = "FILE",
            description = "a certificate in PEM that you trust as a root, of any kind of evidence")
    private List<Path> roots = List.of();

    /** Whether any was named. */
    boolean areNamed() {
        return !roots.isEmpty();
    }

    /** The published roots and the named ones. */
    TrustRoots trusted() throws VerificationException {
        TrustRoots trusted = TrustRoots.published();
        for (Path file : roots) {
            String pem = new String(BoundedFile.read(file, MAX_BYTES), StandardCharsets.ISO_8859_1);
            List<X509Certificate> certificates = Certificates.fromPem(file.toString(), pem);
            if (certificates.isEmpty()) {
                throw new VerificationException(
                        Code.BAD_ENCODING, "--root " + file + ": no certificate in it");
            }
            for (X509Certificate certificate : certificates) {
                for (EvidenceKind kind : EvidenceKind.values()) {
                    trusted = trusted.with(kind, certificate);
                }
            }
        }
        return trusted;
    }
}
