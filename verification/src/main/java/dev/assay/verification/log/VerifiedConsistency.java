package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;

/**
 * Evidence that one tree is a prefix of another. Only {@link ConsistencyProof#verify} makes one.
 */
public final class VerifiedConsistency {
    private final long size1;
    private final Digest root1;
    private final long size2;
    private final Digest root2;

    VerifiedConsistency(long size1, Digest root1, long size2, Digest root2) {
        this.size1 = size1;
        this.root1 = root1;
        this.size2 = size2;
        this.root2 = root2;
    }

    /** Size of the older tree. */
    public long size1() {
        return size1;
    }

    /** Root of the older tree. */
    public Digest root1() {
        return root1;
    }

    /** Size of the newer tree. */
    public long size2() {
        return size2;
    }

    /** Root of the newer tree. */
    public Digest root2() {
        return root2;
    }
}
