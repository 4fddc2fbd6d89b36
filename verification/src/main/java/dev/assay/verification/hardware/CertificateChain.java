package dev.assay.verification.hardware;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Certificates in the order of who vouched for whom: the one whose key signed, its issuer, and so
 * on to the root, which is among them.
 */
record CertificateChain(String what, List<X509Certificate> certificates) {
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int RSA_BITS = 2048;

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

    /** The certificate whose key signed; refused when it says that its key is for other things. */
    X509Certificate signer() throws VerificationException {
        X509Certificate leaf = leaf();
        boolean[] usage = leaf.getKeyUsage();
        if (leaf.getBasicConstraints() >= 0 || (usage != null && !usage[DIGITAL_SIGNATURE])) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    what + "[0]: its key certifies or encrypts, and is not to sign what is told");
        }
        return leaf;
    }

    /**
     * Verifies that each certificate is issued by the next (RFC 5280), all valid at this time, and
     * then that the last is a trusted root: {@link Code#UNKNOWN_ROOT} says that all else stands.
     * Revocation is not looked up.
     */
    TrustRoots.Root verify(EvidenceKind kind, TrustRoots roots, Instant at)
            throws VerificationException {
        leaf();
        requireOrder();
        requireStrength();
        requirePath(at);
        X509Certificate last = certificates.getLast();
        return roots.find(kind, last)
                .orElseThrow(
                        () ->
                                new VerificationException(
                                        Code.UNKNOWN_ROOT,
                                        what
                                                + ": ends at "
                                                + Certificates.subject(last)
                                                + ", which is no root that is trusted for "
                                                + kind.title()
                                                + "s; name it if you trust it"));
    }

    /** Refuses what the JDK still takes: SHA-1 under a certificate, and short RSA keys. */
    private void requireStrength() throws VerificationException {
        for (int i = 0; i < certificates.size(); i++) {
            X509Certificate certificate = certificates.get(i);
            if (certificate.getPublicKey() instanceof RSAPublicKey rsa
                    && rsa.getModulus().bitLength() < RSA_BITS) {
                throw wrong("certificate " + i + " has an RSA key of less than 2048 bits");
            }
            // A root is compared with the trusted one; nothing rests on its own signature.
            if (i + 1 < certificates.size() && isSha1(certificate)) {
                throw wrong("certificate " + i + " is signed with SHA-1");
            }
        }
    }

    private boolean isSha1(X509Certificate certificate) throws VerificationException {
        String algorithm = certificate.getSigAlgName();
        byte[] stated = certificate.getSigAlgParams();
        try {
            if (algorithm.equals("RSASSA-PSS")) {
                if (stated == null) {
                    return true; // the hash that PSS has when none is stated (RFC 4055, 3.1)
                }
                AlgorithmParameters parameters = AlgorithmParameters.getInstance(algorithm);
                parameters.init(stated);
                algorithm =
                        parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new VerificationException(
                    Code.BAD_KEY, what + ": a signature without its algorithm", e);
        }
        return algorithm.replace("-", "").toUpperCase(Locale.ROOT).startsWith("SHA1");
    }

    private void requirePath(Instant at) throws VerificationException {
        X509Certificate last = certificates.getLast();
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
