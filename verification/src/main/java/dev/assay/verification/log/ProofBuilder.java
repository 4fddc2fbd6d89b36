package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;

import java.util.ArrayList;
import java.util.List;

/**
 * Builds Merkle proofs (RFC 6962, clauses 2.1.1 and 2.1.2) from the hashes of complete subtrees,
 * wherever these are kept.
 */
final class ProofBuilder<E extends Exception> {
    /** Where the hashes of complete subtrees are kept. */
    interface Subtrees<E extends Exception> {
        /** The root over the leaves {@code [index << height, (index + 1) << height)}. */
        Digest hash(int height, long index) throws E;
    }

    private final Subtrees<E> subtrees;
    private final List<Digest> hashes = new ArrayList<>();

    private ProofBuilder(Subtrees<E> subtrees) {
        this.subtrees = subtrees;
    }

    static <E extends Exception> List<Digest> inclusion(Subtrees<E> subtrees, long index, long size)
            throws E {
        ProofBuilder<E> builder = new ProofBuilder<>(subtrees);
        builder.path(index, 0, size);
        return builder.hashes;
    }

    static <E extends Exception> List<Digest> consistency(
            Subtrees<E> subtrees, long size1, long size2) throws E {
        ProofBuilder<E> builder = new ProofBuilder<>(subtrees);
        builder.subproof(size1, 0, size2);
        return builder.hashes;
    }

    /** PATH of the leaf within the leaves {@code [start, end)}. */
    private void path(long index, long start, long end) throws E {
        if (end - start == 1) {
            return;
        }
        long middle = start + split(end - start);
        if (index < middle) {
            path(index, start, middle);
            hashes.add(root(middle, end));
        } else {
            path(index, middle, end);
            hashes.add(root(start, middle));
        }
    }

    /** SUBPROOF that the leaves {@code [start, end)} extend {@code [start, old)}. */
    private void subproof(long old, long start, long end) throws E {
        if (old == end) {
            // At start 0 this is the old root itself, which the verifier knows.
            if (start != 0) {
                hashes.add(root(start, end));
            }
            return;
        }
        long middle = start + split(end - start);
        if (old <= middle) {
            subproof(old, start, middle);
            hashes.add(root(middle, end));
        } else {
            subproof(old, middle, end);
            hashes.add(root(start, middle));
        }
    }

    /**
     * The root over the leaves {@code [start, end)}; start is a multiple of a power of two not
     * below the length.
     */
    private Digest root(long start, long end) throws E {
        long length = end - start;
        if (Long.bitCount(length) == 1) {
            int height = Long.numberOfTrailingZeros(length);
            return subtrees.hash(height, start >>> height);
        }
        long middle = start + split(length);
        return MerkleTree.nodeHash(root(start, middle), root(middle, end));
    }

    /** The largest power of two below this length. */
    private static long split(long length) {
        return Long.highestOneBit(length - 1);
    }
}
