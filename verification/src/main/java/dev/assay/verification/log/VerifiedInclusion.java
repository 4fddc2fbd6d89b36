package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;

/** Evidence that a leaf is in a Merkle tree. Only {@link InclusionProof#verify} makes one. */
public final class VerifiedInclusion {
    private final long index;
    private final Digest leafHash;
    private final Digest root;
    private final Digest rootThrough;

    VerifiedInclusion(long index, Digest leafHash, Digest root, Digest rootThrough) {
        this.index = index;
        this.leafHash = leafHash;
        this.root = root;
        this.rootThrough = rootThrough;
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

    /**
     * The root that the tree had when the leaf was its last: the hashes to the left of a leaf's
     * path are those of everything before it. So the proof also shows what the tree grew from.
     */
    public Digest rootThrough() {
        return rootThrough;
    }
}
