package dev.assay.verification.attest;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Work;
import dev.assay.verification.log.MerkleTree;
import dev.assay.verification.log.UnitLeaf;

/**
 * The commitments of a job's units, in order: a Merkle tree with one leaf a unit. Receipts carry
 * its root over the units finished so far, the result the root over all.
 *
 * <pre>
 * leaf = u64BE index ‖ what the unit computes from ({@link Work#unitInput}) ‖ output digest
 * </pre>
 *
 * Not thread-safe.
 */
public final class UnitCommitments {
    /** The root over no units. */
    public static final Digest EMPTY_ROOT = new MerkleTree().root();

    private final Work work;
    private final MerkleTree tree = new MerkleTree();

    public UnitCommitments(Work work) {
        this.work = work;
    }

    /** Commits to the next unit's output. */
    public void add(Digest output) {
        int unit = Math.toIntExact(tree.size());
        tree.addHash(new UnitLeaf(unit, work.unitInput(unit), output).hash());
    }

    /** Number of units committed. */
    public int units() {
        return Math.toIntExact(tree.size());
    }

    public Digest root() {
        return tree.root();
    }
}
