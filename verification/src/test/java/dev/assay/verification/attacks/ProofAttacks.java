package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.LOG;
import static dev.assay.verification.attacks.StatementAttacks.once;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.attacks.Tale.Said;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TlogProof;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** Proofs that a log holds a receipt, cut, stretched, bent, or of something else. */
final class ProofAttacks {
    private final Twin twin;
    private final Tale tale;
    private final TlogProof honest;
    private final String text;

    private ProofAttacks(Generator generator, Tale tale) {
        this.tale = tale;
        this.honest = tale.log.proof(index(Tale.LAST_RECEIPT), tale.log.size());
        this.text = Generator.text(honest.bytes());
        this.twin =
                generator
                        .honest(Input.PROOF, AttackFiles.HONEST, honest.bytes())
                        .from(Input.PROOF, AttackFiles.HONEST);
    }

    static void add(Generator generator, Tale tale) {
        ProofAttacks attacks = new ProofAttacks(generator, tale);
        attacks.hashes();
        attacks.places();
        attacks.checkpoints();
        attacks.forms();
    }

    private void hashes() {
        List<Digest> fewer = new ArrayList<>(honest.hashes());
        fewer.removeLast();
        unproved("truncated", "its last hash is cut off", with(fewer), "it has fewer hashes than");
        unproved(
                "no-hashes",
                "all its hashes are cut off",
                with(List.of()),
                "it has fewer hashes than");
        List<Digest> more = new ArrayList<>(honest.hashes());
        more.add(more.getFirst());
        unproved("extra-hash", "one hash too many", with(more), "it has more hashes than");
        List<Digest> swapped = new ArrayList<>(honest.hashes());
        Collections.swap(swapped, 0, 1);
        unproved(
                "hashes-swapped",
                "its first two hashes change places",
                with(swapped),
                "it leads to root");
        List<Digest> changed = new ArrayList<>(honest.hashes());
        changed.set(1, Digest.sha256(changed.get(1).bytes()));
        unproved("changed-hash", "one hash is another", with(changed), "it leads to root");
    }

    private void places() {
        unproved(
                "proof-of-another-leaf",
                "the proof of the receipt before it",
                tale.log.proof(index(EvidenceLayout.receipt(1)), tale.log.size()).bytes(),
                "it leads to root");
        unproved(
                "index-of-its-neighbour",
                "the index of the leaf beside it",
                at(honest.index() - 1),
                "it leads to root");
        unproved(
                "index-beyond-size",
                "an index that the log does not have",
                at(16),
                "there is no such leaf");
        unproved(
                "index-huge",
                "the largest index that 64 bits hold",
                at(Long.MAX_VALUE),
                "there is no such leaf");
        unread("index-negative", "a negative index", "index 5", "index -5");
        unread(
                "index-above-64-bits",
                "an index of 2^64 + 5, which wraps around to 5",
                "index 5",
                "index 18446744073709551621");
        unread("index-with-leading-zero", "a second spelling of the index", "index 5", "index 05");
    }

    private void checkpoints() {
        twin.attack(
                "rolled-back-checkpoint",
                LOG,
                "a checkpoint of when the log did not hold the receipt yet",
                new TlogProof(honest.index(), honest.hashes(), tale.log.checkpoint(4)).bytes(),
                refused("inclusion", "there is no such leaf"));
        twin.attack(
                "checkpoint-of-size-zero",
                LOG,
                "a checkpoint of an empty log",
                new TlogProof(honest.index(), honest.hashes(), tale.log.checkpoint(0)).bytes(),
                refused("inclusion", "there is no such leaf"));
        twin.attack(
                "checkpoint-of-another-size",
                LOG,
                "a checkpoint of a larger log",
                new TlogProof(
                                honest.index(),
                                honest.hashes(),
                                SignedNote.sign(
                                        new LogCheckpoint(
                                                Parties.ORIGIN,
                                                40,
                                                honest.note().checkpoint().root()),
                                        Parties.LOG))
                        .bytes(),
                refused("inclusion", "it has fewer hashes than"));
        twin.attack(
                "forked-log",
                LOG,
                "a checkpoint of a history in which there is another receipt",
                new TlogProof(honest.index(), honest.hashes(), fork().checkpoint()).bytes(),
                refused("inclusion", "it leads to root"));
        twin.attack(
                "checkpoint-of-an-impostor",
                "anyone with a key",
                "the checkpoint signed by somebody who calls itself the log",
                new TlogProof(
                                honest.index(),
                                honest.hashes(),
                                SignedNote.sign(honest.note().checkpoint(), Parties.IMPOSTOR))
                        .bytes(),
                refused("signature", "has 0 signatures by the key of log"));
        twin.attack(
                "checkpoint-of-another-log",
                "another log",
                "a checkpoint of another log",
                new TlogProof(
                                honest.index(),
                                honest.hashes(),
                                SignedNote.sign(
                                        new LogCheckpoint(
                                                Parties.OTHER_LOG.origin(),
                                                honest.note().checkpoint().size(),
                                                honest.note().checkpoint().root()),
                                        Parties.OTHER_LOG))
                        .bytes(),
                refused("checkpoint", "the checkpoint is of log other.example/log"));
    }

    private void forms() {
        unread("another-version", "a version that nobody knows", "tlog-proof@v1", "tlog-proof@v2");
        unread(
                "extra-line",
                "the optional line of data, which nothing here signs",
                "tlog-proof@v1\n",
                "tlog-proof@v1\nextra aGVsbG8=\n");
        unread(
                "hash-of-31-bytes",
                "a hash that is a byte short",
                first(),
                Base64.getEncoder().encodeToString(new byte[31]));
        unread(
                "hash-with-spare-bits",
                "a second spelling of a hash",
                first(),
                EnvelopeAttacks.spare(first()));
        unread(
                "sixty-four-hashes",
                "more levels than any log has",
                first() + "\n",
                (first() + "\n").repeat(64));
        twin.attack(
                "crlf",
                ANYONE,
                "line ends of two bytes",
                text.replace("\n", "\r\n"),
                Expected.of("TlogProof.parse", "encoding", "not a transparency log proof"));
        twin.attack(
                "without-checkpoint",
                ANYONE,
                "its checkpoint is cut off",
                text.substring(0, text.indexOf("\n\n") + 2),
                Expected.of("TlogProof.parse", "checkpoint", "not a signed note"));
        twin.attack(
                "size",
                ANYONE,
                "one byte more than a proof may have",
                text + "x".repeat(TlogProof.MAX_BYTES + 1 - Generator.bytes(text).length),
                Expected.of("TlogProof.parse", "size", "is over the limit of"));
    }

    /** The log with another history, of the same size. */
    private static Tale fork() {
        Tale fork = new Tale();
        fork.lie(Tale.LAST_RECEIPT, "/predicate/meters", Tale.meters(4, 5, 3)).tell();
        return fork;
    }

    private byte[] with(List<Digest> hashes) {
        return new TlogProof(honest.index(), hashes, honest.note()).bytes();
    }

    private byte[] at(long index) {
        return new TlogProof(index, honest.hashes(), honest.note()).bytes();
    }

    private String first() {
        return Base64.getEncoder().encodeToString(honest.hashes().getFirst().bytes());
    }

    private void unproved(String name, String change, byte[] proof, String says) {
        twin.attack(name, ANYONE, change, proof, refused("inclusion", says));
    }

    private void unread(String name, String change, String what, String by) {
        twin.attack(
                name,
                ANYONE,
                change,
                once(text, what, by),
                Expected.of("TlogProof.parse", "encoding", "not a transparency log proof"));
    }

    private static Expected refused(String clause, String says) {
        return Expected.of("TlogProof.verify", clause, says);
    }

    private int index(String name) {
        Said said = Objects.requireNonNull(tale.tell().get(name));
        return said.index();
    }
}
