package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A log as it was at one checkpoint. Whatever it reads it compares with the checkpoint's root
 * before it gives it out: the tiles that are not full lead to the root, and each hash of a tile is
 * the root of a full tile below, or of a leaf. Immutable and safe to share between threads.
 */
final class LogView {
    private final LogFiles files;
    private final VerifiedCheckpoint checkpoint;
    private final Map<Tile, byte[]> partials;
    private final KnownTiles known;

    /**
     * A view of these files.
     *
     * @param edge leads to the checkpoint's root
     * @param known full tiles of this log, at this size or a smaller one
     */
    LogView(LogFiles files, VerifiedCheckpoint checkpoint, RightEdge edge, KnownTiles known) {
        this.files = files;
        this.checkpoint = checkpoint;
        this.partials = edge.partials();
        this.known = known;
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
        byte[] leaf = EntryBundle.split(bytes(bundle), bundle, files).get(slot(index));
        return require(leaf, index, hashes(bundle.beside()), bundle);
    }

    /** The leaves of the bundle that this leaf is in, from this leaf on. */
    List<byte[]> leaves(long first) throws VerificationException {
        Objects.checkIndex(first, checkpoint.size());
        Tile bundle = Tile.in(checkpoint.size(), Tile.ENTRIES, first / Tile.FULL);
        List<byte[]> all = EntryBundle.split(bytes(bundle), bundle, files);
        byte[] hashes = hashes(bundle.beside());
        List<byte[]> leaves = new ArrayList<>();
        for (long index = first; slot(index) < bundle.width(); ) {
            leaves.add(require(all.get(slot(index)), index, hashes, bundle));
            if (slot(++index) == 0) {
                break;
            }
        }
        return leaves;
    }

    /** The hashes of the tile of level 0 that this leaf is in, from this leaf on. */
    byte[] leafHashes(long first) throws VerificationException {
        Objects.checkIndex(first, checkpoint.size());
        byte[] hashes = hashes(Tile.in(checkpoint.size(), 0, first / Tile.FULL));
        return Arrays.copyOfRange(hashes, slot(first) * Digest.BYTES, hashes.length);
    }

    InclusionProof inclusionProof(long index, long size) throws VerificationException {
        checkSize(size);
        Objects.checkIndex(index, size);
        return new InclusionProof(index, size, ProofBuilder.inclusion(this::subtree, index, size));
    }

    ConsistencyProof consistencyProof(long size1, long size2) throws VerificationException {
        checkSize(size2);
        if (size1 < 1 || size1 > size2) {
            throw new IndexOutOfBoundsException(
                    "no consistency proof from size " + size1 + " to " + size2);
        }
        return new ConsistencyProof(
                size1, size2, ProofBuilder.consistency(this::subtree, size1, size2));
    }

    /** The root of a complete subtree. */
    private Digest subtree(int height, long index) throws VerificationException {
        int within = height % Tile.HEIGHT;
        long first = index << within;
        Tile tile = Tile.in(checkpoint.size(), height / Tile.HEIGHT, first / Tile.FULL);
        return root(hashes(tile), slot(first), 1 << within);
    }

    /** The hashes of a tile, which the root commits to. */
    private byte[] hashes(Tile tile) throws VerificationException {
        byte[] held = partials.get(tile);
        if (held == null) {
            held = known.find(tile);
        }
        if (held != null) {
            return held;
        }
        byte[] hashes = tile.read(files);
        Tile above = Tile.in(checkpoint.size(), tile.level() + 1, tile.index() / Tile.FULL);
        if (!isAt(root(hashes, 0, Tile.FULL), hashes(above), slot(tile.index()))) {
            throw files.corrupt(tile.path(), "it is not the tile that the checkpoint commits to");
        }
        known.add(tile, hashes);
        return hashes;
    }

    private byte[] bytes(Tile bundle) throws VerificationException {
        byte[] held = partials.get(bundle);
        return held != null ? held : bundle.read(files);
    }

    private byte[] require(byte[] leaf, long index, byte[] hashes, Tile bundle)
            throws VerificationException {
        if (!isAt(MerkleTree.leafHash(leaf), hashes, slot(index))) {
            throw files.corrupt(
                    bundle.path(), "leaf " + index + " is not the one that the tree has");
        }
        return leaf;
    }

    private void checkSize(long size) {
        if (size > checkpoint.size()) {
            throw new IndexOutOfBoundsException(
                    "the log has " + checkpoint.size() + " leaves, not " + size);
        }
    }

    private static Digest root(byte[] hashes, int first, int count) {
        MerkleTree tree = new MerkleTree();
        for (int i = first; i < first + count; i++) {
            tree.addHash(hashes, i * Digest.BYTES);
        }
        return tree.root();
    }

    private static boolean isAt(Digest hash, byte[] hashes, int slot) {
        int at = slot * Digest.BYTES;
        return Arrays.equals(hash.bytes(), 0, Digest.BYTES, hashes, at, at + Digest.BYTES);
    }

    private static int slot(long index) {
        return (int) (index % Tile.FULL);
    }
}
