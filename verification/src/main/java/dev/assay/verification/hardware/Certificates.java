package dev.assay.verification.hardware;

import dev.assay.protocol.market.Bytes;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads X.509 certificates strictly: nothing before, between or after them. */
public final class Certificates {
    /** The most certificates of a chain. */
    static final int MAX_CHAIN = 8;

    /** The longest certificate, in bytes of DER. */
    static final int MAX_BYTES = 8 << 10;

    private static final int MAX_SUBJECT = 200;

    private static final Pattern PEM =
            Pattern.compile(
                    "\\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\r\\n]*+)-----END"
                            + " CERTIFICATE-----\\s*");

    private Certificates() {}

    /** Reads a text of certificates in PEM; {@code what} names it in errors. */
    public static List<X509Certificate> fromPem(String what, String text)
            throws VerificationException {
        List<Bytes> der = new ArrayList<>();
        Matcher pem = PEM.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!pem.region(at, text.length()).lookingAt()) {
                throw new VerificationException(
                        Code.BAD_ENCODING,
                        what + ": not certificates in PEM, from character " + at);
            }
            if (der.size() == MAX_CHAIN) {
                throw tooMany(what, der.size() + 1);
            }
            der.add(decoded(what, pem.group(1)));
            at = pem.end();
        }
        return fromDer(what, der);
    }

    /**
     * The certificate's subject, for people: at most 200 characters, none but visible ASCII and
     * spaces.
     */
    static String subject(X509Certificate certificate) {
        StringBuilder subject = new StringBuilder();
        certificate
                .getSubjectX500Principal()
                .getName()
                .chars()
                .limit(MAX_SUBJECT)
                .forEach(c -> subject.append(c >= ' ' && c < 0x7F ? (char) c : '?'));
        return subject.toString();
    }

    /** The DER bytes of certificates. */
    public static List<Bytes> der(List<X509Certificate> certificates) throws VerificationException {
        List<Bytes> der = new ArrayList<>();
        for (X509Certificate certificate : certificates) {
            try {
                der.add(Bytes.copyOf(certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new VerificationException(
                        Code.BAD_ENCODING, "a certificate without an encoding", e);
            }
        }
        return der;
    }

    /** Reads certificates in DER. */
    static List<X509Certificate> fromDer(String what, List<Bytes> certificates)
            throws VerificationException {
        if (certificates.size() > MAX_CHAIN) {
            throw tooMany(what, certificates.size());
        }
        List<X509Certificate> read = new ArrayList<>();
        for (Bytes der : certificates) {
            read.add(fromDer(what + "[" + read.size() + "]", der.toArray()));
        }
        return List.copyOf(read);
    }

    private static X509Certificate fromDer(String what, byte[] der) throws VerificationException {
        if (der.length > MAX_BYTES) {
            throw new VerificationException(
                    Code.TOO_LARGE, what + ": a certificate of more than " + MAX_BYTES + " bytes");
        }
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            if (der.length > 0
                    && der[0] == 0x30
                    && factory.generateCertificate(new ByteArrayInputStream(der))
                            instanceof X509Certificate certificate
                    && Arrays.equals(certificate.getEncoded(), der)) {
                return certificate;
            }
        } catch (CertificateException e) {
            throw new VerificationException(
                    Code.BAD_ENCODING, what + ": not an X.509 certificate in DER", e);
        }
        throw new VerificationException(
                Code.BAD_ENCODING, what + ": not exactly one X.509 certificate in DER");
    }

    private static Bytes decoded(String what, String base64) throws VerificationException {
        String digits = base64.replace("\r", "").replace("\n", "");
        try {
            byte[] der = Base64.getDecoder().decode(digits);
            if (Base64.getEncoder().encodeToString(der).equals(digits)) {
                return Bytes.copyOf(der);
            }
        } catch (IllegalArgumentException e) {
            throw notBase64(what, e);
        }
        throw notBase64(what, null);
    }

    private static VerificationException notBase64(String what, @Nullable Throwable cause) {
        return new VerificationException(
                Code.BAD_ENCODING, what + ": a certificate in PEM that is not base64", cause);
    }

    private static VerificationException tooMany(String what, int count) {
        return new VerificationException(
                Code.TOO_LARGE,
                what + ": " + count + " certificates or more, a chain has at most " + MAX_CHAIN);
    }
}
