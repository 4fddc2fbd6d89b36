package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The growing right edge of a log: the tree's compact range and the tiles that are not yet full. A
 * full tile goes to the sink, bundle first, then level by level upwards. Not thread-safe: one
 * owner.
 */
final class RightEdge {
    /** Takes full tiles. */
    interface Sink {
        void full(Tile tile, byte[] bytes) throws VerificationException;
    }

    /** Where the bytes of tiles are. */
    interface Partials {
        byte[] bytes(Tile tile) throws VerificationException;
    }

    private final MerkleTree tree = new MerkleTree(this::completed);
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final List<ByteArrayOutputStream> levels = new ArrayList<>();

    /** The edge of an empty log. */
    RightEdge() {}

    /**
     * The edge of a log of this size, from the tiles that are not full. Nothing says yet that they
     * belong together but their lengths.
     *
     * @param partials the bytes of those tiles, entries included
     */
    RightEdge(long size, Partials partials) throws VerificationException {
        for (int level = 0; size >>> (level * Tile.HEIGHT) != 0; level++) {
            ByteArrayOutputStream hashes = new ByteArrayOutputStream();
            levels.add(hashes);
            Tile tile = Tile.last(size, level);
            if (tile.width() > 0) {
                hashes.writeBytes(partials.bytes(tile));
                MerkleTree roots = new MerkleTree();
                for (int i = 0; i < tile.width(); i++) {
                    roots.addHash(hashes.toByteArray(), i * Digest.BYTES);
                }
                tree.addSubtrees(roots, level * Tile.HEIGHT);
            }
        }
        Tile bundle = Tile.last(size, Tile.ENTRIES);
        if (bundle.width() > 0) {
            entries.writeBytes(partials.bytes(bundle));
        }
    }

    /** Adds a leaf of at most {@link LogLeaf#MAX_BYTES}. */
    void add(byte[] leaf, Sink sink) throws VerificationException {
        entries.write(leaf.length >>> Byte.SIZE);
        entries.write(leaf.length);
        entries.writeBytes(leaf);
        tree.add(leaf);
        if (tree.size() % Tile.FULL != 0) {
            return;
        }
        sink.full(last(Tile.ENTRIES), entries.toByteArray());
        entries.reset();
        for (int level = 0; isFull(level); level++) {
            sink.full(last(level), levels.get(level).toByteArray());
            levels.get(level).reset();
        }
    }

    /** The tiles that are neither full nor empty, with their bytes. */
    Map<Tile, byte[]> partials() {
        Map<Tile, byte[]> partials = new LinkedHashMap<>();
        for (int level = Tile.ENTRIES; level < levels.size(); level++) {
            ByteArrayOutputStream bytes = level == Tile.ENTRIES ? entries : levels.get(level);
            if (bytes.size() > 0) {
                partials.put(last(level), bytes.toByteArray());
            }
        }
        return partials;
    }

    MerkleTree tree() {
        return tree;
    }

    private void completed(int height, byte[] hash) {
        int level = height / Tile.HEIGHT;
        if (height % Tile.HEIGHT == 0) {
            if (level == levels.size()) {
                levels.add(new ByteArrayOutputStream());
            }
            levels.get(level).writeBytes(hash);
        }
    }

    private boolean isFull(int level) {
        return level < levels.size() && levels.get(level).size() == Tile.FULL * Digest.BYTES;
    }

    /** The last tile of this level that holds anything. */
    private Tile last(int level) {
        long hashes = level == Tile.ENTRIES ? tree.size() : tree.size() >>> (level * Tile.HEIGHT);
        return Tile.in(tree.size(), level, (hashes - 1) / Tile.FULL);
    }
}
