package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * The leaf that stands for an envelope in the log: Rekor's entry {@code dsse} 0.0.2 in canonical
 * JSON (RFC 8785). It holds digests, the signature and the public key; no commercial data.
 *
 * <pre>
 * {"apiVersion":"0.0.2","kind":"dsse","spec":{"dsseV002":{
 *   "payloadHash":{"algorithm":"SHA2_256","digest":BASE64 SHA256(payload)},
 *   "signatures":[{"content":BASE64 signature,
 *     "verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":BASE64 SPKI}}}]}}}
 * </pre>
 */
public final class LogLeaf {
    /** Length of the longest leaf of any log: the tiles give it a 16-bit length. */
    public static final int MAX_BYTES = 0xffff;

    private static final String END = "\"}}}]}}}";

    /** BASE64 of a SubjectPublicKeyInfo on P-256, which has 91 bytes. */
    private static final int KEY_CHARS = 124;

    private LogLeaf() {}

    /** The leaf of this envelope, signed by this key; the same for every log. */
    public static byte[] of(Envelope envelope, VerifyingKey key) {
        Base64.Encoder base64 = Base64.getEncoder();
        String json =
                "{\"apiVersion\":\"0.0.2\",\"kind\":\"dsse\",\"spec\":{\"dsseV002\":{"
                        + "\"payloadHash\":{\"algorithm\":\"SHA2_256\",\"digest\":\""
                        + base64.encodeToString(envelope.payloadDigest().bytes())
                        + "\"},\"signatures\":[{\"content\":\""
                        + base64.encodeToString(envelope.signature().der())
                        + "\",\"verifier\":{\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\",\"publicKey\":{\"rawBytes\":\""
                        + base64.encodeToString(key.spki())
                        + END;
        return json.getBytes(StandardCharsets.US_ASCII);
    }

    /** The key that this leaf names, when it is the leaf of the envelope by that key. */
    public static VerifyingKey signer(byte[] leaf, Envelope envelope) throws VerificationException {
        String json = new String(leaf, StandardCharsets.ISO_8859_1);
        int end = json.length() - END.length();
        if (end >= KEY_CHARS) {
            VerifyingKey key = key(json.substring(end - KEY_CHARS, end));
            if (Arrays.equals(of(envelope, key), leaf)) {
                return key;
            }
        }
        throw new VerificationException(
                Code.BAD_ENCODING, "the log's entry is not that of the envelope");
    }

    /**
     * The key that a leaf says signed, by its id; empty when it names none. Only whoever has the
     * envelope can tell whether that key did.
     */
    public static Optional<KeyId> named(byte[] leaf) {
        String json = new String(leaf, StandardCharsets.ISO_8859_1);
        int end = json.length() - END.length();
        if (end < KEY_CHARS || !json.endsWith(END)) {
            return Optional.empty();
        }
        try {
            byte[] spki = Base64.getDecoder().decode(json.substring(end - KEY_CHARS, end));
            return Optional.of(new KeyId(Digest.sha256(spki)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static VerifyingKey key(String base64) throws VerificationException {
        try {
            return VerifyingKey.parse(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw new VerificationException(
                    Code.BAD_ENCODING, "the log's entry does not end in a public key", e);
        }
    }
}
