package dev.assay.verification.hardware;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * Certificates in the order of who vouched for whom: the one whose key signed, its issuer, and so
 * on to the root, which is among them.
 */
record CertificateChain(String what, List<X509Certificate> certificates) {
    CertificateChain {
        certificates = List.copyOf(certificates);
    }

    /** The certificate whose key signed. */
    X509Certificate leaf() throws VerificationException {
        if (certificates.size() < 2) {
            throw wrong(
                    certificates.size()
                            + " certificates; needed are those from the signer's to the root's");
        }
        return certificates.getFirst();
    }

    /**
     * Verifies that each certificate is issued by the next (RFC 5280), all valid at this time, and
     * that the last is a trusted root. Revocation is not looked up.
     */
    TrustRoots.Root verify(EvidenceKind kind, TrustRoots roots, Instant at)
            throws VerificationException {
        leaf();
        requireOrder();
        X509Certificate last = certificates.getLast();
        TrustRoots.Root root =
                roots.find(kind, last)
                        .orElseThrow(
                                () ->
                                        wrong(
                                                "ends at "
                                                        + Certificates.subject(last)
                                                        + ", which is no root that is trusted for "
                                                        + kind.title()
                                                        + "s; name it if you trust it"));
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(last, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(at));
            last.checkValidity(Date.from(at));
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            factory.generateCertPath(
                                    certificates.subList(0, certificates.size() - 1)),
                            parameters);
            return root;
        } catch (CertPathValidatorException e) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    what
                            + (e.getIndex() < 0 ? "" : "[" + e.getIndex() + "]")
                            + ": does not stand up at "
                            + at
                            + ": "
                            + e.getMessage(),
                    e);
        } catch (GeneralSecurityException e) {
            throw new VerificationException(
                    Code.BAD_KEY, what + ": does not stand up at " + at + ": " + e.getMessage(), e);
        }
    }

    private void requireOrder() throws VerificationException {
        for (int i = 0; i + 1 < certificates.size(); i++) {
            X509Certificate issuer = certificates.get(i + 1);
            if (!certificates
                    .get(i)
                    .getIssuerX500Principal()
                    .equals(issuer.getSubjectX500Principal())) {
                throw wrong(
                        "certificate "
                                + i
                                + " is not issued by the next one, "
                                + Certificates.subject(issuer)
                                + "; order them from the signer's to the root's");
            }
        }
    }

    private VerificationException wrong(String problem) {
        return new VerificationException(Code.BAD_KEY, what + ": " + problem);
    }
}
