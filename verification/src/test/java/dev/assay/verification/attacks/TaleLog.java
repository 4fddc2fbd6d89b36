package dev.assay.verification.attacks;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.InclusionProof;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.MerkleTree;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TlogProof;

import java.util.ArrayList;
import java.util.List;

/** A log in memory: its leaves, and what its key signs over them. Not thread-safe. */
final class TaleLog {
    private final List<Digest> hashes = new ArrayList<>();

    /** Appends the leaf of an envelope; its index. */
    int append(Envelope envelope, SigningKey signer) {
        return append(LogLeaf.of(envelope, signer.verifyingKey()));
    }

    int append(byte[] leaf) {
        hashes.add(MerkleTree.leafHash(leaf));
        return hashes.size() - 1;
    }

    int size() {
        return hashes.size();
    }

    LogCheckpoint tree(int size) {
        return new LogCheckpoint(Parties.ORIGIN, size, MerkleTree.root(hashes.subList(0, size)));
    }

    SignedNote checkpoint(int size) {
        return SignedNote.sign(tree(size), Parties.LOG);
    }

    TlogProof proof(int index, int size) {
        return new TlogProof(
                index,
                InclusionProof.of(hashes.subList(0, size), index).hashes(),
                checkpoint(size));
    }

    /** The proof that the log only grew from this size to its own (RFC 6962, clause 2.1.2). */
    List<Digest> consistency(int from) {
        return subproof(from, hashes, true);
    }

    private static List<Digest> subproof(int from, List<Digest> leaves, boolean known) {
        if (from == leaves.size()) {
            return known ? List.of() : List.of(MerkleTree.root(leaves));
        }
        int split = Integer.highestOneBit(leaves.size() - 1);
        List<Digest> left = leaves.subList(0, split);
        List<Digest> right = leaves.subList(split, leaves.size());
        List<Digest> proof =
                new ArrayList<>(
                        from <= split
                                ? subproof(from, left, known)
                                : subproof(from - split, right, false));
        proof.add(MerkleTree.root(from <= split ? right : left));
        return proof;
    }
}
