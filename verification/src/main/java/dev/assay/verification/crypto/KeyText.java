package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;

import java.security.SecureRandom;
import java.util.Optional;

/**
 * The text of a key file, in the order in which OpenSSL finds the public key without asking for the
 * passphrase:
 *
 * <pre>
 * -----BEGIN PUBLIC KEY-----              SubjectPublicKeyInfo; only older files, which are
 * -----END PUBLIC KEY-----                not encrypted, have none
 * -----BEGIN ENCRYPTED PRIVATE KEY-----   EncryptedPrivateKeyInfo; PRIVATE KEY when not encrypted
 * -----END ENCRYPTED PRIVATE KEY-----
 * </pre>
 *
 * @param publicPem the first block
 * @param privatePem the second block: a secret
 */
record KeyText(Optional<String> publicPem, String privatePem) {
    private static final String ENCRYPTED_LABEL = "ENCRYPTED PRIVATE KEY";
    private static final String PUBLIC_BEGIN = "-----BEGIN " + VerifyingKey.PEM_LABEL + "-----\n";
    private static final String PUBLIC_END = "\n-----END " + VerifyingKey.PEM_LABEL + "-----\n";
    private static final String ENCRYPTED_BEGIN = "-----BEGIN " + ENCRYPTED_LABEL + "-----\n";

    /** The text of a new file; without a passphrase the key in it is not encrypted. */
    static KeyText of(
            String publicPem, byte[] pkcs8, Optional<Passphrase> passphrase, SecureRandom random) {
        String secret =
                passphrase.isPresent()
                        ? KeyEncoding.pem(
                                ENCRYPTED_LABEL,
                                KeyEncryption.encrypt(pkcs8, passphrase.get(), random))
                        : KeyEncoding.pem(SoftwareKey.PEM_LABEL, pkcs8);
        return new KeyText(Optional.of(publicPem), secret);
    }

    /** Takes the text apart; its blocks remain to be read. */
    static KeyText parse(String text) throws VerificationException {
        int end = text.indexOf(PUBLIC_END);
        KeyText parsed =
                text.startsWith(PUBLIC_BEGIN) && end >= 0
                        ? new KeyText(
                                Optional.of(text.substring(0, end + PUBLIC_END.length())),
                                text.substring(end + PUBLIC_END.length()))
                        : new KeyText(Optional.empty(), text);
        if (parsed.encrypted() && parsed.publicPem.isEmpty()) {
            throw KeyEncryption.unreadable(
                    "no public key stands before it; import it with assay keys create --import");
        }
        return parsed;
    }

    boolean encrypted() {
        return privatePem.startsWith(ENCRYPTED_BEGIN);
    }

    /** The private key in PKCS#8: a secret. A passphrase is asked for when it is encrypted. */
    byte[] pkcs8(String what, PassphraseSource source) throws VerificationException {
        if (!encrypted()) {
            return KeyEncoding.fromPem(SoftwareKey.PEM_LABEL, privatePem);
        }
        byte[] der = KeyEncoding.fromPem(ENCRYPTED_LABEL, privatePem);
        try (Passphrase passphrase = source.passphrase(what)) {
            return KeyEncryption.decrypt(der, passphrase);
        }
    }

    /** All of the text: a secret. */
    String text() {
        return publicPem.orElse("") + privatePem;
    }

    /** Never shows the private key. */
    @Override
    public String toString() {
        return "KeyText[" + (encrypted() ? "encrypted" : "not encrypted") + "]";
    }
}
