package dev.assay.verification.attest;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Inference;
import dev.assay.verification.log.MerkleTree;
import dev.assay.verification.log.UnitLeaf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The commitments of a job's units, in order: a Merkle tree with one leaf a unit. Receipts carry
 * its root over the units finished so far, the result the root over all.
 *
 * <pre>
 * leaf  = u64BE index ‖ input digest ‖ output digest
 * input = SHA-256("assay unit input v1\n" ‖ digest of the input file ‖ u64BE first row ‖ u32BE rows)
 * </pre>
 *
 * A unit's input is committed by reference: the file is named by digest already, so its rows are
 * fixed by their numbers, and hashing them again would only cost time. Not thread-safe.
 */
public final class UnitCommitments {
    /** The root over no units. */
    public static final Digest EMPTY_ROOT = new MerkleTree().root();

    private static final byte[] INPUT_DOMAIN =
            "assay unit input v1\n".getBytes(StandardCharsets.US_ASCII);

    private final Inference work;
    private final MerkleTree tree = new MerkleTree();

    public UnitCommitments(Inference work) {
        this.work = work;
    }

    /** Commits to the next unit's output. */
    public void add(Digest output) {
        int unit = Math.toIntExact(tree.size());
        tree.addHash(new UnitLeaf(unit, input(unit), output).hash());
    }

    /** Number of units committed. */
    public int units() {
        return Math.toIntExact(tree.size());
    }

    public Digest root() {
        return tree.root();
    }

    private Digest input(int unit) {
        byte[] range =
                ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                        .putLong(work.firstRow(unit))
                        .putInt(work.rowsIn(unit))
                        .array();
        return Digest.sha256(INPUT_DOMAIN, work.input().bytes(), range);
    }
}
