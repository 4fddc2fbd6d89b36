package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;

/** Evidence that a leaf is in a Merkle tree. Only {@link InclusionProof#verify} makes one. */
public final class VerifiedInclusion {
    private final long index;
    private final Digest leafHash;
    private final Digest root;

    VerifiedInclusion(long index, Digest leafHash, Digest root) {
        this.index = index;
        this.leafHash = leafHash;
        this.root = root;
    }

    /** The leaf's place, from 0. */
    public long index() {
        return index;
    }

    /** The hash of the leaf. */
    public Digest leafHash() {
        return leafHash;
    }

    /** The root of the tree. */
    public Digest root() {
        return root;
    }
}
