package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.util.List;

/**
 * The hashes which show that a tree only grew: that its first {@code size1} leaves are still the
 * same at {@code size2} (RFC 6962, clause 2.1.2). Nothing can be shown of an empty tree, so {@code
 * size1} is at least 1.
 */
public record ConsistencyProof(long size1, long size2, List<Digest> hashes) {
    public ConsistencyProof {
        hashes = List.copyOf(hashes);
    }

    /**
     * Evidence that the tree with root 1 is a prefix of the tree with root 2 (RFC 9162, clause
     * 2.1.4.2).
     */
    public VerifiedConsistency verify(Digest root1, Digest root2) throws VerificationException {
        if (size1 < 1 || size1 > size2) {
            throw refused("sizes must satisfy 1 <= old <= new");
        }
        if (size1 == size2) {
            if (!hashes.isEmpty() || !root1.equals(root2)) {
                throw refused("trees of one size must have one root and an empty proof");
            }
        } else {
            climb(root1, root2);
        }
        return new VerifiedConsistency(size1, root1, size2, root2);
    }

    /** Climbs from the last complete subtree of the old tree to both roots. */
    private void climb(Digest root1, Digest root2) throws VerificationException {
        int complete = Long.numberOfTrailingZeros(size1);
        long node = (size1 - 1) >>> complete;
        long last = (size2 - 1) >>> complete;
        // An old tree that is itself complete is where the climb starts; otherwise the first hash
        // is.
        int next = node == 0 ? 0 : 1;
        if (hashes.size() < next) {
            throw refused("it has no hashes");
        }
        Digest hash1 = node == 0 ? root1 : hashes.getFirst();
        Digest hash2 = hash1;
        for (Digest sibling : hashes.subList(next, hashes.size())) {
            if (last == 0) {
                throw refused("it has more hashes than the path has steps");
            }
            if ((node & 1) == 1 || node == last) {
                hash1 = MerkleTree.nodeHash(sibling, hash1);
                hash2 = MerkleTree.nodeHash(sibling, hash2);
                int skipped = Long.numberOfTrailingZeros(node);
                node >>>= skipped;
                last >>>= skipped;
            } else {
                hash2 = MerkleTree.nodeHash(hash2, sibling);
            }
            node >>>= 1;
            last >>>= 1;
        }
        if (last != 0) {
            throw refused("it has fewer hashes than the path has steps");
        }
        if (!hash1.equals(root1) || !hash2.equals(root2)) {
            throw refused(
                    "it leads to roots "
                            + hash1.brief()
                            + " and "
                            + hash2.brief()
                            + ", not "
                            + root1.brief()
                            + " and "
                            + root2.brief());
        }
    }

    private VerificationException refused(String why) {
        return new VerificationException(
                Code.BAD_PROOF,
                "consistency proof from size " + size1 + " to " + size2 + ": " + why);
    }
}
