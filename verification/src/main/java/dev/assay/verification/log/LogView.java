package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A log as it was at one committed checkpoint. Full tiles are read from the files, where they never
 * change again; the others are held. Immutable and safe to share between threads.
 */
final class LogView {
    private final LogFiles files;
    private final VerifiedCheckpoint checkpoint;
    private final Map<Tile, byte[]> partials;

    LogView(LogFiles files, VerifiedCheckpoint checkpoint, Map<Tile, byte[]> partials) {
        this.files = files;
        this.checkpoint = checkpoint;
        this.partials = partials;
    }

    VerifiedCheckpoint checkpoint() {
        return checkpoint;
    }

    /** The tiles that are not full, with their bytes. */
    Map<Tile, byte[]> partials() {
        return partials;
    }

    byte[] leaf(long index) throws VerificationException {
        Objects.checkIndex(index, checkpoint.size());
        Tile bundle = Tile.in(checkpoint.size(), Tile.ENTRIES, index / Tile.FULL);
        return EntryBundle.split(bytes(bundle), bundle, files).get((int) (index % Tile.FULL));
    }

    InclusionProof inclusionProof(long index, long size) throws VerificationException {
        checkSize(size);
        Objects.checkIndex(index, size);
        return new InclusionProof(index, size, ProofBuilder.inclusion(subtrees(), index, size));
    }

    ConsistencyProof consistencyProof(long size1, long size2) throws VerificationException {
        checkSize(size2);
        if (size1 < 1 || size1 > size2) {
            throw new IndexOutOfBoundsException(
                    "no consistency proof from size " + size1 + " to " + size2);
        }
        return new ConsistencyProof(
                size1, size2, ProofBuilder.consistency(subtrees(), size1, size2));
    }

    /** The hashes of complete subtrees, for one proof: each tile is read once. */
    private ProofBuilder.Subtrees<VerificationException> subtrees() {
        Map<Tile, byte[]> read = new HashMap<>();
        return (height, index) -> {
            int within = height % Tile.HEIGHT;
            long first = index << within;
            Tile tile = Tile.in(checkpoint.size(), height / Tile.HEIGHT, first / Tile.FULL);
            byte[] hashes = read.get(tile);
            if (hashes == null) {
                hashes = bytes(tile);
                if (hashes.length != tile.maxBytes()) {
                    throw files.corrupt(
                            tile.path(), "it does not hold " + tile.width() + " hashes");
                }
                read.put(tile, hashes);
            }
            MerkleTree subtree = new MerkleTree();
            int from = (int) (first % Tile.FULL);
            for (int i = from; i < from + (1 << within); i++) {
                subtree.addHash(hashes, i * Digest.BYTES);
            }
            return subtree.root();
        };
    }

    private byte[] bytes(Tile tile) throws VerificationException {
        byte[] held = partials.get(tile);
        return held != null ? held : files.require(tile.path(), tile.maxBytes());
    }

    private void checkSize(long size) {
        if (size > checkpoint.size()) {
            throw new IndexOutOfBoundsException(
                    "the log has " + checkpoint.size() + " leaves, not " + size);
        }
    }
}
