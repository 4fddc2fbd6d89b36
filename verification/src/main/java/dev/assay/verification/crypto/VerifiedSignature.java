package dev.assay.verification.crypto;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;

/** Evidence that a key signed a message. Only a verifying key's {@code verify} makes one. */
public final class VerifiedSignature {
    private final KeyId signer;
    private final Digest message;

    VerifiedSignature(KeyId signer, Digest message) {
        this.signer = signer;
        this.message = message;
    }

    /** The key that signed. */
    public KeyId signer() {
        return signer;
    }

    /** SHA-256 of the signed message. */
    public Digest message() {
        return message;
    }
}
