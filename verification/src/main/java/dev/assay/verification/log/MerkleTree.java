package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.List;

/**
 * A Merkle tree of RFC 6962, clause 2.1, that grows leaf by leaf and keeps only its compact range:
 * the roots ("peaks") of the complete subtrees that make it up, one for each bit set in its size.
 *
 * <pre>
 * leaf hash = SHA256(00 ‖ leaf)    node hash = SHA256(01 ‖ left ‖ right)    empty root = SHA256()
 * </pre>
 *
 * Adding a leaf allocates nothing. Not thread-safe: one owner.
 */
public final class MerkleTree {
    /** Receives the hash of every subtree at the moment it becomes complete, leaves included. */
    interface CompletedSubtrees {
        /** The buffer holds the hash only during the call. */
        void completed(int height, byte[] hash);
    }

    private static final int HASH = Digest.BYTES;
    private static final byte LEAF = 0x00;
    private static final byte NODE = 0x01;

    private final CompletedSubtrees listener;
    private final MessageDigest sha = Digest.sha256();
    private final byte[] peaks = new byte[63 * HASH];
    private final byte[] current = new byte[HASH];
    private long size;

    public MerkleTree() {
        this((height, hash) -> {});
    }

    MerkleTree(CompletedSubtrees listener) {
        this.listener = listener;
    }

    /** The root of the tree with these leaf hashes. */
    public static Digest root(List<Digest> leafHashes) {
        MerkleTree tree = new MerkleTree();
        leafHashes.forEach(tree::addHash);
        return tree.root();
    }

    /** The hash of a leaf with these bytes. */
    public static Digest leafHash(byte[] leaf) {
        return Digest.sha256(new byte[] {LEAF}, leaf);
    }

    /** The hash of the node above these two. */
    public static Digest nodeHash(Digest left, Digest right) {
        return Digest.sha256(new byte[] {NODE}, left.bytes(), right.bytes());
    }

    /** Adds a leaf. */
    public void add(byte[] leaf) {
        sha.update(LEAF);
        sha.update(leaf);
        finish();
        push();
    }

    /** Adds a leaf by its hash. */
    public void addHash(Digest leafHash) {
        addHash(leafHash.bytes(), 0);
    }

    /** Adds a leaf by its hash, which lies at this offset. */
    void addHash(byte[] hashes, int offset) {
        System.arraycopy(hashes, offset, current, 0, HASH);
        push();
    }

    /**
     * Takes over the complete subtrees that another tree has as its leaves, each of this height;
     * the trees to the left must be higher still.
     */
    void addSubtrees(MerkleTree roots, int height) {
        for (int bit = 0; roots.size >>> bit != 0; bit++) {
            System.arraycopy(roots.peaks, bit * HASH, peaks, (height + bit) * HASH, HASH);
        }
        size |= roots.size << height;
    }

    /** Number of leaves. */
    public long size() {
        return size;
    }

    /** The root over all leaves so far. */
    public Digest root() {
        if (size == 0) {
            return Digest.sha256(new byte[0]);
        }
        int height = Long.numberOfTrailingZeros(size);
        System.arraycopy(peaks, height * HASH, current, 0, HASH);
        for (height++; size >>> height != 0; height++) {
            if ((size >>> height & 1) == 1) {
                joinPeak(height);
            }
        }
        return Digest.of(current);
    }

    /**
     * Makes the leaf hash in {@code current} a peak, joining it with the peaks to its left of equal
     * height.
     */
    private void push() {
        listener.completed(0, current);
        int height = 0;
        for (; (size >>> height & 1) == 1; height++) {
            joinPeak(height);
            listener.completed(height + 1, current);
        }
        System.arraycopy(current, 0, peaks, height * HASH, HASH);
        size++;
    }

    /** {@code current} becomes the node above the peak of this height and itself. */
    private void joinPeak(int height) {
        sha.update(NODE);
        sha.update(peaks, height * HASH, HASH);
        sha.update(current);
        finish();
    }

    private void finish() {
        try {
            sha.digest(current, 0, HASH);
        } catch (DigestException e) {
            throw new AssertionError("the buffer holds a whole hash", e);
        }
    }
}
