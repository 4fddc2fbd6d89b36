package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;

/** Evidence that a leaf is in a log at a checkpoint. Only {@link TlogProof#verify} makes one. */
public final class LoggedLeaf {
    private final VerifiedInclusion inclusion;
    private final VerifiedCheckpoint checkpoint;

    LoggedLeaf(VerifiedInclusion inclusion, VerifiedCheckpoint checkpoint) {
        this.inclusion = inclusion;
        this.checkpoint = checkpoint;
    }

    /** The leaf's place in the log, from 0. */
    public long index() {
        return inclusion.index();
    }

    /** The hash of the leaf. */
    public Digest leafHash() {
        return inclusion.leafHash();
    }

    /** The root of the log when the leaf was its last. */
    public Digest rootThrough() {
        return inclusion.rootThrough();
    }

    /** The checkpoint that covers the leaf. */
    public VerifiedCheckpoint checkpoint() {
        return checkpoint;
    }
}
