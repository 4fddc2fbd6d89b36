package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.LOG;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.witness.AddCheckpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * Logs that did not only grow: shown to an auditor who keeps the checkpoint that was seen last, and
 * to a witness that cosigned it. A log signs whatever it likes.
 */
final class GrowthAttacks {
    private static final int GROWN = 13;

    private final int seen;
    private final Tale tale;
    private final Tale fork;
    private final Tale otherFork;
    private final Twin auditor;
    private final Twin witness;

    private GrowthAttacks(Generator generator, Tale tale) {
        this.tale = grown(new Tale());
        this.fork = grown(new Tale().lie("order", "/predicate/deposit", "4001"));
        this.otherFork = grown(new Tale().lie("order", "/predicate/deposit", "4002"));
        this.seen = tale.log.size();
        byte[] honest = request(seen, this.tale.log.consistency(seen), this.tale.checkpoint());
        this.auditor =
                generator
                        .honest(Input.CONSISTENCY, AttackFiles.HONEST, honest)
                        .from(Input.CONSISTENCY, AttackFiles.HONEST);
        this.witness =
                generator
                        .honest(Input.WITNESS, AttackFiles.HONEST, honest)
                        .from(Input.WITNESS, AttackFiles.HONEST);
    }

    static void add(Generator generator, Tale tale) {
        GrowthAttacks attacks = new GrowthAttacks(generator, tale);
        attacks.beforeAnAuditor();
        attacks.beforeAWitness();
        attacks.requests();
    }

    private void beforeAnAuditor() {
        List<Digest> proof = tale.log.consistency(seen);
        seen(
                "forked-log",
                "another history, with its own proof",
                request(seen, fork.log.consistency(seen), fork.checkpoint()),
                "it leads to roots");
        seen(
                "split-view",
                "another history, with the proof of the one that others see",
                request(seen, proof, fork.checkpoint()),
                "it leads to roots");
        seen(
                "rolled-back-checkpoint",
                "an older checkpoint than the one that was seen",
                request(seen, List.of(), tale.log.checkpoint(4)),
                "sizes must satisfy 1 <= old");
        seen(
                "another-root-at-the-same-size",
                "the size that was seen, of another history",
                request(seen, List.of(), fork.log.checkpoint(seen)),
                "trees of one size must have one root");
        seen(
                "from-size-zero",
                "a proof from the empty log, which fits every log",
                request(0, List.of(), fork.checkpoint()),
                "sizes must satisfy 1 <= old");
        seen(
                "from-another-size",
                "a proof from a smaller log than the one that was seen",
                request(5, tale.log.consistency(5), tale.checkpoint()),
                "it leads to roots");
        seen(
                "truncated-proof",
                "the proof's last hash is cut off",
                request(seen, proof.subList(0, proof.size() - 1), tale.checkpoint()),
                "it has fewer hashes than");
        seen(
                "no-proof",
                "no hashes at all",
                request(seen, List.of(), tale.checkpoint()),
                "it has no hashes");
        List<Digest> more = new ArrayList<>(proof);
        more.add(proof.getFirst());
        seen(
                "extra-hash",
                "one hash too many",
                request(seen, more, tale.checkpoint()),
                "it has more hashes than");
        seen(
                "proof-for-the-same-size",
                "a proof where nothing grew",
                request(seen, proof, tale.log.checkpoint(seen)),
                "trees of one size must have one root and an empty proof");
    }

    private void beforeAWitness() {
        List<Digest> proof = tale.log.consistency(seen);
        asked(
                "forked-log",
                LOG,
                "another history, with its own proof",
                request(seen, otherFork.log.consistency(seen), otherFork.checkpoint()),
                422,
                "it leads to roots");
        asked(
                "rolled-back-checkpoint",
                LOG,
                "an older checkpoint than the one that was cosigned",
                request(4, List.of(), tale.log.checkpoint(4)),
                409,
                "Conflict[size=9]");
        asked(
                "another-root-at-the-same-size",
                LOG,
                "the size that was cosigned, of another history",
                request(seen, List.of(), otherFork.log.checkpoint(seen)),
                409,
                "Conflict[size=9]");
        asked(
                "forgetful-log",
                LOG,
                "as if the witness had cosigned nothing yet",
                request(0, List.of(), tale.checkpoint()),
                409,
                "Conflict[size=9]");
        asked(
                "wrong-old-size",
                LOG,
                "an old size that was never cosigned",
                request(8, tale.log.consistency(8), tale.checkpoint()),
                409,
                "Conflict[size=9]");
        asked(
                "old-size-above-the-new",
                LOG,
                "an old size beyond the checkpoint's",
                request(GROWN + 1, List.of(), tale.checkpoint()),
                400,
                "the old size is above the checkpoint's");
        asked(
                "truncated-proof",
                ANYONE,
                "the proof's first hash is cut off",
                request(seen, proof.subList(1, proof.size()), tale.checkpoint()),
                422,
                "consistency proof from size 9");
        asked(
                "another-log",
                "another log",
                "a log that the witness does not follow",
                request(
                        seen,
                        proof,
                        SignedNote.sign(
                                new LogCheckpoint(
                                        Parties.OTHER_LOG.origin(),
                                        GROWN,
                                        tale.log.tree(GROWN).root()),
                                Parties.OTHER_LOG)),
                404,
                "UnknownLog[origin=other.example/log]");
        asked(
                "impostor",
                "anyone with a key",
                "signed by somebody who calls itself the log",
                request(
                        seen,
                        proof,
                        SignedNote.sign(tale.checkpoint().checkpoint(), Parties.IMPOSTOR)),
                403,
                "has 0 signatures by the key of log");
        asked(
                "forked-log-of-a-stranger",
                "anyone with a key",
                "another history, signed by somebody who calls itself the log, under the log's"
                        + " own signature of the honest one",
                request(
                        seen,
                        otherFork.log.consistency(seen),
                        SignedNote.sign(otherFork.checkpoint().checkpoint(), Parties.IMPOSTOR)
                                .with(tale.checkpoint().signatures())),
                403,
                "or the signed bytes were changed");
    }

    private void requests() {
        String honest =
                Generator.text(request(seen, tale.log.consistency(seen), tale.checkpoint()));
        malformed(
                "old-size-with-leading-zero",
                "a second spelling of the old size",
                honest.replace("old 9", "old 09"));
        malformed("old-size-negative", "a negative old size", honest.replace("old 9", "old -9"));
        malformed(
                "old-size-above-64-bits",
                "an old size of 2^64 + 9",
                honest.replace("old 9", "old 18446744073709551625"));
        malformed("crlf", "line ends of two bytes", honest.replace("\n", "\r\n"));
        malformed("two-requests", "another request after it", honest + honest);
        malformed(
                "size",
                "one byte more than a request may have",
                honest + "x".repeat(AddCheckpoint.MAX_BYTES + 1 - Generator.bytes(honest).length));
        malformed(
                "sixty-four-hashes",
                "more levels than any log has",
                honest.replaceFirst("old 9\n", "old 9\n" + ("A".repeat(43) + "=\n").repeat(64)));
    }

    private void malformed(String name, String change, String request) {
        witness.attack(
                name,
                ANYONE,
                change,
                request,
                Expected.of("Witness.answer", "400", "Malformed[why="));
    }

    private void seen(String name, String change, byte[] request, String says) {
        auditor.attack(
                name,
                LOG,
                change,
                request,
                Expected.of("ConsistencyProof.verify", "inclusion", says));
    }

    private void asked(
            String name, String who, String change, byte[] request, int status, String says) {
        witness.attack(
                name,
                who,
                change,
                request,
                Expected.of("Witness.answer", Integer.toString(status), says));
    }

    private static byte[] request(int old, List<Digest> proof, SignedNote note) {
        return new AddCheckpoint(old, proof, note).bytes();
    }

    private static Tale grown(Tale tale) {
        tale.tell();
        while (tale.log.size() < GROWN) {
            tale.log.append(Generator.bytes("later entry " + tale.log.size()));
        }
        return tale;
    }
}
