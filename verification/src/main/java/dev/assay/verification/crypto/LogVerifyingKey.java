package dev.assay.verification.crypto;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.bouncycastle.math.ec.rfc8032.Ed25519;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The public key of a transparency log: Ed25519 and the log's origin, which is the key's name.
 * Verification is strict: the key, and the point R of every signature, must be canonical and of
 * full order (validatePublicKeyFull) before the equation of RFC 8032 is checked, so nothing is
 * accepted that another verifier would reject.
 */
public final class LogVerifyingKey {
    /** Length of a signature. */
    public static final int SIGNATURE_BYTES = Ed25519.SIGNATURE_SIZE;

    /** The signature type of a signed note for Ed25519 (C2SP signed-note). */
    private static final byte NOTE_TYPE = 0x01;

    private static final int MAX_ORIGIN_CHARS = 255;

    private final String origin;
    private final byte[] key;
    private final Ed25519.PublicPoint point;
    private final KeyId keyId;
    private final Digest checkpointKeyId;

    private LogVerifyingKey(String origin, byte[] key) throws VerificationException {
        if (!isOrigin(origin)) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    "a log's origin has 1 to 255 visible ASCII characters and no '+', such as"
                            + " log.example/2026");
        }
        Ed25519.PublicPoint decoded =
                key.length == 32 ? Ed25519.validatePublicKeyFullExport(key, 0) : null;
        if (decoded == null) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    "the key of log " + origin + " is not a canonical Ed25519 point of full order");
        }
        this.origin = origin;
        this.key = key.clone();
        this.point = decoded;
        this.keyId = new KeyId(Digest.sha256(spki()));
        this.checkpointKeyId =
                Digest.sha256(
                        (origin + "\n").getBytes(StandardCharsets.US_ASCII),
                        new byte[] {NOTE_TYPE},
                        key);
    }

    /** The key with these 32 bytes, of the log with this origin. */
    public static LogVerifyingKey of(String origin, byte[] key) throws VerificationException {
        return new LogVerifyingKey(origin, key);
    }

    /** Reads exactly what {@link #toPem} writes, as the key of the log with this origin. */
    public static LogVerifyingKey fromPem(String origin, String pem) throws VerificationException {
        byte[] spki = KeyEncoding.fromPem(VerifyingKey.PEM_LABEL, pem);
        return of(
                origin,
                KeyEncoding.strip(
                        KeyEncoding.ED25519_SPKI,
                        spki,
                        Ed25519.PUBLIC_KEY_SIZE,
                        "an Ed25519 public key (SubjectPublicKeyInfo)"));
    }

    /** Reads a signed note's verifier key: name, key id and key, joined by '+'. */
    public static LogVerifyingKey parse(String vkey) throws VerificationException {
        String[] parts = vkey.split("\\+", 3);
        if (vkey.length() <= 2 * MAX_ORIGIN_CHARS && parts.length == 3) {
            byte[] typed = decode(parts[2]);
            if (typed.length == 1 + Ed25519.PUBLIC_KEY_SIZE && typed[0] == NOTE_TYPE) {
                LogVerifyingKey key = of(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
                if (key.vkey().equals(vkey)) {
                    return key;
                }
            }
        }
        throw new VerificationException(
                Code.BAD_KEY, "not an Ed25519 verifier key of the form origin+8 hex digits+base64");
    }

    /**
     * Whether this text can name a log: visible ASCII without space and '+', so that it fits every
     * line format.
     */
    public static boolean isOrigin(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_ORIGIN_CHARS
                && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '+');
    }

    /** Evidence that this key signed the message. */
    public VerifiedSignature verify(byte[] message, byte[] signature) throws VerificationException {
        if (signature.length != SIGNATURE_BYTES
                || !Ed25519.validatePublicKeyFull(signature, 0)
                || !Ed25519.verify(signature, 0, point, message, 0, message.length)) {
            throw new VerificationException(
                    Code.BAD_SIGNATURE,
                    "the signature is not by the key of log "
                            + origin
                            + ", or the signed bytes were changed");
        }
        return new VerifiedSignature(keyId, Digest.sha256(message));
    }

    /** The log's origin. */
    public String origin() {
        return origin;
    }

    /** The 32 bytes of the key. */
    public byte[] bytes() {
        return key.clone();
    }

    /** The SubjectPublicKeyInfo in DER. */
    public byte[] spki() {
        return KeyEncoding.concat(KeyEncoding.ED25519_SPKI, key);
    }

    /** The SubjectPublicKeyInfo as PEM, which does not name the log. */
    public String toPem() {
        return KeyEncoding.pem(VerifyingKey.PEM_LABEL, spki());
    }

    /** Hex SHA-256 of {@link #spki}. */
    public KeyId keyId() {
        return keyId;
    }

    /**
     * SHA256(origin ‖ 0A ‖ 01 ‖ key): the log id in a bundle; its first four bytes mark signatures
     * in a note.
     */
    public Digest checkpointKeyId() {
        return checkpointKeyId;
    }

    /** The verifier key of a signed note. */
    public String vkey() {
        byte[] typed = KeyEncoding.concat(new byte[] {NOTE_TYPE}, key);
        return origin
                + "+"
                + checkpointKeyId.hex().substring(0, 8)
                + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof LogVerifyingKey other
                && origin.equals(other.origin)
                && Arrays.equals(key, other.key);
    }

    @Override
    public int hashCode() {
        return checkpointKeyId.hashCode();
    }

    @Override
    public String toString() {
        return vkey();
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
