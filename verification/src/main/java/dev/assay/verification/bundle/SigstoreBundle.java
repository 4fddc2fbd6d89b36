package dev.assay.verification.bundle;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.StrictJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.TlogProof;

/**
 * A Sigstore bundle v0.3 with one entry of a transparency log: what others' tools need, beside the
 * two public keys, to verify a statement offline. It has one byte form, canonical JSON (RFC 8785):
 *
 * <pre>
 * {"dsseEnvelope": the envelope,
 *  "mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
 *  "verificationMaterial":{
 *    "publicKey":{"hint":HEX key id},
 *    "tlogEntries":[{
 *      "canonicalizedBody":BASE64 leaf,
 *      "inclusionProof":{
 *        "checkpoint":{"envelope": the signed note},
 *        "hashes":[BASE64 hash, the leaf's sibling first],
 *        "logIndex":DECIMAL, "rootHash":BASE64, "treeSize":DECIMAL},
 *      "kindVersion":{"kind":"dsse","version":"0.0.2"},
 *      "logId":{"keyId":BASE64 checkpoint key id},
 *      "logIndex":DECIMAL}]}}
 * </pre>
 *
 * The leaf is that of the envelope and the key ({@link LogLeaf}): a bundle whose parts do not
 * belong together cannot be read.
 *
 * @param key the key that the leaf names as the signer's; not to be believed before {@link #verify}
 * @param logId the log's {@link LogVerifyingKey#checkpointKeyId}
 */
public record SigstoreBundle(Envelope envelope, VerifyingKey key, Digest logId, TlogProof proof) {
    /** Length of the longest bundle in bytes. */
    public static final int MAX_BYTES = Envelope.MAX_BYTES + 2 * TlogProof.MAX_BYTES;

    /** The one version that is written and read. */
    public static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /** The envelope of a statement by this key, and the proof that this log holds it. */
    public static SigstoreBundle of(
            Envelope envelope, VerifyingKey key, TlogProof proof, LogVerifyingKey log) {
        return new SigstoreBundle(envelope, key, log.checkpointKeyId(), proof);
    }

    /** Reads exactly what {@link #bytes} writes. */
    public static SigstoreBundle parse(byte[] bytes) throws VerificationException {
        if (bytes.length > MAX_BYTES) {
            throw new VerificationException(
                    Code.TOO_LARGE,
                    "a bundle of " + bytes.length + " bytes is over the limit of " + MAX_BYTES);
        }
        try {
            return BundleJson.read(StrictJson.canonicalObject(bytes, MAX_BYTES, "bundle"));
        } catch (JsonException e) {
            throw new VerificationException(Code.BAD_ENCODING, e);
        }
    }

    /**
     * Evidence that this key signed the envelope and that the log with that key holds it. Needs
     * nothing but its arguments.
     */
    public VerifiedBundle verify(VerifyingKey signer, LogVerifyingKey log)
            throws VerificationException {
        if (!logId.equals(log.checkpointKeyId())) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    "the bundle names log id "
                            + logId.brief()
                            + ", not "
                            + log.checkpointKeyId().brief()
                            + " of log "
                            + log.origin());
        }
        return new VerifiedBundle(
                envelope.verify(signer), proof.verify(LogLeaf.of(envelope, signer), log));
    }

    /** The file's bytes. */
    public byte[] bytes() {
        return CanonicalJson.bytes(BundleJson.write(this));
    }
}
