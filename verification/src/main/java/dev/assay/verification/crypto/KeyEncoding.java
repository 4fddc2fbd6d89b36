package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The byte forms of keys. Each form (RFC 5480, RFC 5958, RFC 8410) has a fixed length and fixed
 * ASN.1 bytes around the key, so it is read by comparing with them: nothing but the one canonical
 * encoding passes, and no ASN.1 is parsed. They are also the bytes that OpenSSL 3 writes.
 */
final class KeyEncoding {
    /** SubjectPublicKeyInfo of P-256 up to the uncompressed point. */
    static final byte[] P256_SPKI = hex("3059301306072a8648ce3d020106082a8648ce3d030107034200");

    /** PKCS#8 of P-256 up to the 32-byte private scalar. */
    static final byte[] P256_PKCS8 =
            hex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420");

    /** Between the private scalar and the uncompressed public point that ends a P-256 PKCS#8. */
    static final byte[] P256_PKCS8_POINT = hex("a144034200");

    /** SubjectPublicKeyInfo of Ed25519 up to the 32-byte key. */
    static final byte[] ED25519_SPKI = hex("302a300506032b6570032100");

    /** PKCS#8 of Ed25519 up to the 32-byte seed. */
    static final byte[] ED25519_PKCS8 = hex("302e020100300506032b657004220420");

    private static final Base64.Encoder PEM_BODY = Base64.getMimeEncoder(64, new byte[] {'\n'});
    private static final int MAX_PEM_CHARS = 4096;

    private KeyEncoding() {}

    /**
     * The last {@code length} bytes of {@code der}, which must consist of {@code prefix} and them.
     */
    static byte[] strip(byte[] prefix, byte[] der, int length, String what)
            throws VerificationException {
        if (der.length != prefix.length + length || Arrays.mismatch(prefix, der) != prefix.length) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    "not "
                            + what
                            + " in its DER form of "
                            + (prefix.length + length)
                            + " bytes"
                            + " (openssl pkey writes this form)");
        }
        return Arrays.copyOfRange(der, prefix.length, der.length);
    }

    static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] joined = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }

    /** RFC 7468 text: lines of 64 characters, each ended by a line feed. */
    static String pem(String label, byte[] der) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + PEM_BODY.encodeToString(der)
                + "\n-----END "
                + label
                + "-----\n";
    }

    /** The bytes in a PEM text that is exactly what {@link #pem} writes. */
    static byte[] fromPem(String label, String pem) throws VerificationException {
        String head = "-----BEGIN " + label + "-----\n";
        String tail = "\n-----END " + label + "-----\n";
        if (pem.length() <= MAX_PEM_CHARS && pem.startsWith(head) && pem.endsWith(tail)) {
            String body =
                    pem.substring(
                            head.length(), Math.max(head.length(), pem.length() - tail.length()));
            try {
                byte[] der = Base64.getMimeDecoder().decode(body);
                if (pem(label, der).equals(pem)) {
                    return der;
                }
            } catch (IllegalArgumentException e) {
                throw notCanonical(label);
            }
        }
        throw notCanonical(label);
    }

    private static VerificationException notCanonical(String label) {
        return new VerificationException(
                Code.BAD_KEY,
                "not the canonical PEM of a "
                        + label
                        + " (one block, lines of 64 characters, a line feed after each; openssl"
                        + " pkey writes it)");
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
