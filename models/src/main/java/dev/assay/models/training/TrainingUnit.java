package dev.assay.models.training;

import dev.assay.protocol.id.Digest;

import java.nio.ByteBuffer;

/**
 * One finished unit: the steps from one training checkpoint to the next. Its leaf commits to both;
 * the start of a unit is the end of the one before.
 *
 * <pre>
 * leaf = u64BE index ‖ 32 bytes start ‖ 32 bytes end
 * </pre>
 *
 * @param start digest of the checkpoint it begins from
 * @param end digest of the checkpoint it ends in
 */
public record TrainingUnit(int index, Digest start, Digest end) {
    /** The 72 bytes of the leaf. */
    public byte[] leaf() {
        return ByteBuffer.allocate(Long.BYTES + 2 * Digest.BYTES)
                .putLong(index)
                .put(start.bytes())
                .put(end.bytes())
                .array();
    }

    /** SHA-256 of 0x00 and the leaf: its hash in an RFC 6962 tree. */
    public Digest commitment() {
        return Digest.sha256(new byte[1], leaf());
    }
}
