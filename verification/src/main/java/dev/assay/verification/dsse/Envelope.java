package dev.assay.verification.dsse;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.Signature;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.crypto.VerifiedSignature;
import dev.assay.verification.crypto.VerifyingKey;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * A DSSE envelope around one in-toto statement, with one signature. It has one byte form, compact
 * JSON in this order:
 *
 * <pre>
 * {"payload":BASE64,"payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":HEX,"sig":BASE64}]}
 * </pre>
 *
 * and the signature covers the pre-authentication encoding of type and payload (DSSE v1.0.2, clause
 * 2):
 *
 * <pre>
 * DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload
 * </pre>
 */
public final class Envelope {
    /** The media type of every payload. */
    public static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

    /** Length of the longest envelope in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    private static final String PAYLOAD = "{\"payload\":\"";
    private static final String KEY_ID =
            "\",\"payloadType\":\"" + PAYLOAD_TYPE + "\",\"signatures\":[{\"keyid\":\"";
    private static final String SIGNATURE = "\",\"sig\":\"";
    private static final String END = "\"}]}";
    private static final int KEY_ID_CHARS = 2 * Digest.BYTES;

    private final byte[] payload;
    private final KeyId keyId;
    private final Signature signature;

    private Envelope(byte[] payload, KeyId keyId, Signature signature) {
        this.payload = payload;
        this.keyId = keyId;
        this.signature = signature;
    }

    /** Signs this payload. */
    public static Envelope sign(byte[] payload, SigningKey key) throws VerificationException {
        Envelope envelope = new Envelope(payload.clone(), key.keyId(), key.sign(pae(payload)));
        checkLength(envelope.bytes().length);
        return envelope;
    }

    /** Reads exactly what {@link #bytes} writes. */
    public static Envelope parse(byte[] bytes) throws VerificationException {
        checkLength(bytes.length);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int payloadEnd = text.indexOf('"', PAYLOAD.length());
        int keyAt = payloadEnd + KEY_ID.length();
        int keyEnd = keyAt + KEY_ID_CHARS;
        int signatureAt = keyEnd + SIGNATURE.length();
        int signatureEnd = text.length() - END.length();
        if (payloadEnd >= 0
                && signatureEnd >= signatureAt
                && text.startsWith(PAYLOAD)
                && text.startsWith(KEY_ID, payloadEnd)
                && text.startsWith(SIGNATURE, keyEnd)
                && text.endsWith(END)) {
            byte[] der = decode(bytes, signatureAt, signatureEnd);
            Signature signature = Signature.parse(der);
            if (Arrays.equals(signature.der(), der)) {
                return new Envelope(
                        decode(bytes, PAYLOAD.length(), payloadEnd),
                        keyId(text.substring(keyAt, keyEnd)),
                        signature);
            }
        }
        throw notCanonical(null);
    }

    /** Evidence that this key signed the payload. The key id in the envelope must be this key's. */
    public VerifiedEnvelope verify(VerifyingKey key) throws VerificationException {
        if (!keyId.equals(key.keyId())) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    "the envelope names key "
                            + keyId.brief()
                            + ", not "
                            + key.keyId().brief()
                            + "; verify it with the key it names");
        }
        VerifiedSignature verified = key.verify(pae(), signature);
        return new VerifiedEnvelope(this, verified);
    }

    /** The envelope's byte form. */
    public byte[] bytes() {
        Base64.Encoder base64 = Base64.getEncoder();
        String json =
                PAYLOAD
                        + base64.encodeToString(payload)
                        + KEY_ID
                        + keyId.hex()
                        + SIGNATURE
                        + base64.encodeToString(signature.der())
                        + END;
        return json.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The pre-authentication encoding: the bytes that are signed. */
    public byte[] pae() {
        return pae(payload);
    }

    /** SHA-256 of {@link #pae}: the envelope's identity, which does not depend on who signed it. */
    public Digest digest() {
        return Digest.sha256(pae());
    }

    /** SHA-256 of the payload. */
    public Digest payloadDigest() {
        return Digest.sha256(payload);
    }

    /** A copy of the payload: not to be believed before {@link #verify}. */
    public byte[] payload() {
        return payload.clone();
    }

    /** The key that the envelope names; a hint. */
    public KeyId keyId() {
        return keyId;
    }

    /** The signature over {@link #pae}. */
    public Signature signature() {
        return signature;
    }

    private static byte[] pae(byte[] payload) {
        String head =
                "DSSEv1 " + PAYLOAD_TYPE.length() + " " + PAYLOAD_TYPE + " " + payload.length + " ";
        byte[] pae =
                Arrays.copyOf(
                        head.getBytes(StandardCharsets.US_ASCII), head.length() + payload.length);
        System.arraycopy(payload, 0, pae, head.length(), payload.length);
        return pae;
    }

    private static KeyId keyId(String hex) throws VerificationException {
        try {
            return KeyId.parse(hex);
        } catch (IllegalArgumentException e) {
            throw notCanonical(e);
        }
    }

    /** What a part of the bytes says in the one base64 form that it has. */
    private static byte[] decode(byte[] bytes, int from, int to) throws VerificationException {
        try {
            byte[] base64 = Arrays.copyOfRange(bytes, from, to);
            byte[] decoded = Base64.getDecoder().decode(base64);
            if (Arrays.equals(Base64.getEncoder().encode(decoded), base64)) {
                return decoded;
            }
        } catch (IllegalArgumentException e) {
            throw notCanonical(e);
        }
        throw notCanonical(null);
    }

    private static void checkLength(int length) throws VerificationException {
        if (length > MAX_BYTES) {
            throw new VerificationException(
                    Code.TOO_LARGE,
                    "an envelope of "
                            + length
                            + " bytes is over the limit of "
                            + MAX_BYTES
                            + "; put large data in blobs and sign their digests");
        }
    }

    private static VerificationException notCanonical(@Nullable Throwable cause) {
        return new VerificationException(
                Code.BAD_ENCODING,
                "not a DSSE envelope in its canonical form (compact JSON, one signature, padded"
                        + " base64); use the bytes as they were first written",
                cause);
    }
}
