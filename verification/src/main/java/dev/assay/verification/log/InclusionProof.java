package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.util.List;
import java.util.Objects;

/**
 * The hashes that lead from one leaf to the root of a tree: the leaf's sibling first, the root's
 * child last (RFC 6962, clause 2.1.1).
 *
 * @param index the leaf's place, from 0
 * @param size number of leaves in the tree
 */
public record InclusionProof(long index, long size, List<Digest> hashes) {
    public InclusionProof {
        hashes = List.copyOf(hashes);
    }

    /** The proof of one leaf in the tree with these leaf hashes. */
    public static InclusionProof of(List<Digest> leafHashes, int index) {
        Objects.checkIndex(index, leafHashes.size());
        return new InclusionProof(
                index,
                leafHashes.size(),
                ProofBuilder.<RuntimeException>inclusion(
                        (height, at) -> subtree(leafHashes, height, (int) at),
                        index,
                        leafHashes.size()));
    }

    /**
     * Evidence that the leaf with this hash is in the tree with this root (RFC 9162, clause
     * 2.1.3.2).
     */
    public VerifiedInclusion verify(Digest leafHash, Digest root) throws VerificationException {
        if (index < 0 || index >= size) {
            throw refused("there is no such leaf");
        }
        long node = index;
        long last = size - 1;
        Digest hash = leafHash;
        Digest through = leafHash;
        for (Digest sibling : hashes) {
            if (last == 0) {
                throw refused("it has more hashes than the path has steps");
            }
            if ((node & 1) == 1 || node == last) {
                hash = MerkleTree.nodeHash(sibling, hash);
                through = MerkleTree.nodeHash(sibling, through);
                int skipped = Long.numberOfTrailingZeros(node);
                node >>>= skipped;
                last >>>= skipped;
            } else {
                hash = MerkleTree.nodeHash(hash, sibling);
            }
            node >>>= 1;
            last >>>= 1;
        }
        if (last != 0) {
            throw refused("it has fewer hashes than the path has steps");
        }
        if (!hash.equals(root)) {
            throw refused("it leads to root " + hash.brief() + ", not " + root.brief());
        }
        return new VerifiedInclusion(index, leafHash, root, through);
    }

    private VerificationException refused(String why) {
        return new VerificationException(
                Code.BAD_PROOF, "inclusion proof of leaf " + index + " of " + size + ": " + why);
    }

    private static Digest subtree(List<Digest> leafHashes, int height, int index) {
        return MerkleTree.root(leafHashes.subList(index << height, (index + 1) << height));
    }
}
