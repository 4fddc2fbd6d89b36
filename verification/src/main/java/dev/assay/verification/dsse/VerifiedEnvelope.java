package dev.assay.verification.dsse;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.verification.crypto.VerifiedSignature;

/** Evidence that a key signed a payload. Only {@link Envelope#verify} makes one. */
public final class VerifiedEnvelope {
    private final Envelope envelope;
    private final VerifiedSignature signature;

    VerifiedEnvelope(Envelope envelope, VerifiedSignature signature) {
        this.envelope = envelope;
        this.signature = signature;
    }

    /** A copy of the signed payload. */
    public byte[] payload() {
        return envelope.payload();
    }

    /** The key that signed. */
    public KeyId signer() {
        return signature.signer();
    }

    /** SHA-256 of the signed bytes, as in {@link Envelope#digest}. */
    public Digest digest() {
        return signature.message();
    }

    /** SHA-256 of the payload. */
    public Digest payloadDigest() {
        return envelope.payloadDigest();
    }

    /** The envelope itself. */
    public Envelope envelope() {
        return envelope;
    }
}
