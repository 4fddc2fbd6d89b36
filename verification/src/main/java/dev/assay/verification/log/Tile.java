package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;

import java.util.Arrays;
import java.util.Optional;

/**
 * The address of one tile of a log (C2SP tlog-tiles). A tile at level L holds consecutive hashes of
 * complete subtrees of 256^L leaves; the entry bundles lie beside level 0 and hold the leaves
 * themselves.
 *
 * @param level the level, or {@link #ENTRIES}
 * @param index the tile's place within its level
 * @param width how many hashes or leaves it holds: 256 when full
 */
record Tile(int level, long index, int width) {
    /** The level of entry bundles. */
    static final int ENTRIES = -1;

    /** Hashes or leaves in a full tile. */
    static final int FULL = 256;

    /** log2 of {@link #FULL}: the levels of the tree that one level of tiles spans. */
    static final int HEIGHT = 8;

    private static final int MAX_ENTRY_BYTES = Short.BYTES + LogLeaf.MAX_BYTES;

    /** The tile at this place in a log of this size. */
    static Tile in(long size, int level, long index) {
        long hashes = level == ENTRIES ? size : size >>> (level * HEIGHT);
        return new Tile(level, index, (int) Math.min(FULL, hashes - index * FULL));
    }

    /** The tile of this level that is not full in a log of this size; it may be empty. */
    static Tile last(long size, int level) {
        long hashes = level == ENTRIES ? size : size >>> (level * HEIGHT);
        return new Tile(level, hashes / FULL, (int) (hashes % FULL));
    }

    /** The tile of leaf hashes that belongs to this bundle of entries. */
    Tile beside() {
        return new Tile(0, index, width);
    }

    boolean isFull() {
        return width == FULL;
    }

    /** Length of the longest file at this address. */
    int maxBytes() {
        return width * (level == ENTRIES ? MAX_ENTRY_BYTES : Digest.BYTES);
    }

    /**
     * The tile's bytes, which may be anything yet. Somebody else's log may have filled a tile up
     * and given its partial versions away since its checkpoint was read: then its beginning.
     */
    byte[] read(LogFiles files) throws VerificationException {
        Optional<byte[]> own = files.read(path(), maxBytes());
        if (own.isEmpty() && !isFull()) {
            Tile full = new Tile(level, index, FULL);
            own = files.read(full.path(), full.maxBytes()).map(this::beginning);
        }
        byte[] bytes = own.orElseThrow(() -> files.corrupt(path(), "it is missing"));
        if (level != ENTRIES && bytes.length != maxBytes()) {
            throw files.corrupt(path(), "it does not hold " + width + " hashes");
        }
        return bytes;
    }

    private byte[] beginning(byte[] full) {
        return level == ENTRIES
                ? EntryBundle.first(full, this)
                : Arrays.copyOf(full, Math.min(full.length, maxBytes()));
    }

    /** Whether a log of this size has these hashes or leaves. */
    boolean isIn(long size) {
        long hashes = level == ENTRIES ? size : size >>> (level * HEIGHT);
        return index <= hashes / FULL && index * FULL + width <= hashes;
    }

    /** The file's path from the log's root, such as {@code tile/0/x001/x234/067.p/12}. */
    String path() {
        return isFull() ? fullPath() : partials() + "/" + width;
    }

    /** The directory of this tile's partial versions. */
    String partials() {
        return fullPath() + ".p";
    }

    private String fullPath() {
        StringBuilder path = new StringBuilder();
        for (long rest = index / 1000; rest > 0; rest /= 1000) {
            path.insert(0, "x%03d/".formatted(rest % 1000));
        }
        return "tile/"
                + (level == ENTRIES ? "entries" : level)
                + "/"
                + path
                + "%03d".formatted(index % 1000);
    }
}
