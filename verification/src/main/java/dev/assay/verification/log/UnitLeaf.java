package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;

import java.nio.ByteBuffer;

/**
 * One unit of a job as a leaf of the tree whose root is the job's unit root:
 *
 * <pre>
 * u64BE index ‖ 32 bytes input digest ‖ 32 bytes output digest
 * </pre>
 */
public record UnitLeaf(long index, Digest input, Digest output) {
    public UnitLeaf {
        if (index < 0) {
            throw new IllegalArgumentException("a unit's index is not negative: " + index);
        }
    }

    /** The 72 bytes of the leaf. */
    public byte[] bytes() {
        return ByteBuffer.allocate(Long.BYTES + 2 * Digest.BYTES)
                .putLong(index)
                .put(input.bytes())
                .put(output.bytes())
                .array();
    }

    /** The leaf's hash in the tree. */
    public Digest hash() {
        return MerkleTree.leafHash(bytes());
    }
}
