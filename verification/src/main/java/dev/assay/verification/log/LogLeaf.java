package dev.assay.verification.log;

import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

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
                        + "\"}}}]}}}";
        return json.getBytes(StandardCharsets.US_ASCII);
    }
}
