package dev.assay.verification.referees;

import dev.assay.protocol.id.Digest;

import java.util.ArrayList;
import java.util.List;

/** Hashes and proofs with one thing wrong. */
final class Tampered {
    private Tampered() {}

    static Digest flipped(Digest digest) {
        byte[] bytes = digest.bytes();
        bytes[bytes.length - 1] ^= 1;
        return Digest.of(bytes);
    }

    /** Every proof that differs from this one in one hash, or has one more or one less. */
    static List<List<Digest>> twins(List<Digest> proof) {
        List<List<Digest>> twins = new ArrayList<>();
        for (int i = 0; i < proof.size(); i++) {
            List<Digest> twin = new ArrayList<>(proof);
            twin.set(i, flipped(proof.get(i)));
            twins.add(twin);
        }
        List<Digest> longer = new ArrayList<>(proof);
        longer.add(Digest.sha256(new byte[0]));
        twins.add(longer);
        if (!proof.isEmpty()) {
            twins.add(proof.subList(1, proof.size()));
            twins.add(proof.subList(0, proof.size() - 1));
        }
        return twins;
    }
}
