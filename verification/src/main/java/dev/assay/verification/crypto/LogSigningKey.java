package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;

import org.bouncycastle.math.ec.rfc8032.Ed25519;

import java.security.SecureRandom;

/**
 * The private key of a transparency log: Ed25519, named by the log's origin. Immutable and safe to
 * share between threads. The private part leaves only through {@link #toPem}.
 */
public final class LogSigningKey {
    private final byte[] seed;
    private final LogVerifyingKey verifyingKey;

    private LogSigningKey(String origin, byte[] seed) throws VerificationException {
        byte[] key = new byte[Ed25519.PUBLIC_KEY_SIZE];
        Ed25519.generatePublicKey(seed, 0, key, 0);
        this.seed = seed;
        this.verifyingKey = LogVerifyingKey.of(origin, key);
    }

    /** A new key for the log with this origin. */
    public static LogSigningKey create(String origin, SecureRandom random)
            throws VerificationException {
        byte[] seed = new byte[Ed25519.SECRET_KEY_SIZE];
        Ed25519.generatePrivateKey(random, seed);
        return new LogSigningKey(origin, seed);
    }

    /** Reads the 48 bytes of PKCS#8 that hold the seed (RFC 8410). */
    public static LogSigningKey fromPkcs8(String origin, byte[] der) throws VerificationException {
        return new LogSigningKey(
                origin,
                KeyEncoding.strip(
                        KeyEncoding.ED25519_PKCS8,
                        der,
                        Ed25519.SECRET_KEY_SIZE,
                        "an Ed25519 private key (PKCS#8)"));
    }

    /** Reads exactly what {@link #toPem} writes. */
    public static LogSigningKey fromPem(String origin, String pem) throws VerificationException {
        return fromPkcs8(origin, KeyEncoding.fromPem(SoftwareKey.PEM_LABEL, pem));
    }

    /** The 64 bytes of the signature of this message. */
    public byte[] sign(byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(seed, 0, verifyingKey.bytes(), 0, message, 0, message.length, signature, 0);
        return signature;
    }

    /** The public half. */
    public LogVerifyingKey verifyingKey() {
        return verifyingKey;
    }

    /** The log's origin. */
    public String origin() {
        return verifyingKey.origin();
    }

    /** The private key as PKCS#8 PEM: a secret. */
    public String toPem() {
        return KeyEncoding.pem(SoftwareKey.PEM_LABEL, pkcs8());
    }

    /** The private key as PKCS#8 DER: a secret. */
    byte[] pkcs8() {
        return KeyEncoding.concat(KeyEncoding.ED25519_PKCS8, seed);
    }

    /** Names the key; never shows the private part. */
    @Override
    public String toString() {
        return "LogSigningKey[" + origin() + "]";
    }
}
