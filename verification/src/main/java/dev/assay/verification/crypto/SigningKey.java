package dev.assay.verification.crypto;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;

import java.security.SecureRandom;

/**
 * An attestation key: ECDSA on P-256 over SHA-256, with the lower s. Wherever the private part is,
 * it never shows in text. Safe to share between threads.
 */
public sealed interface SigningKey permits SoftwareKey, TokenKey {
    /** A new key in memory, from this source of randomness. */
    static SoftwareKey create(SecureRandom random) {
        return SoftwareKey.create(random);
    }

    /** Reads the PKCS#8 form of a key, as {@link SoftwareKey#fromPkcs8} does. */
    static SoftwareKey fromPkcs8(byte[] der) throws VerificationException {
        return SoftwareKey.fromPkcs8(der);
    }

    /** Reads exactly what {@link SoftwareKey#toPem} writes. */
    static SoftwareKey fromPem(String pem) throws VerificationException {
        return SoftwareKey.fromPem(pem);
    }

    /**
     * The signature of this message, which {@link #verifyingKey} accepts.
     *
     * @throws VerificationException with code IO when the token that holds the key fails
     */
    Signature sign(byte[] message) throws VerificationException;

    /** The public half. */
    VerifyingKey verifyingKey();

    /** The name of the public half. */
    default KeyId keyId() {
        return verifyingKey().keyId();
    }
}
