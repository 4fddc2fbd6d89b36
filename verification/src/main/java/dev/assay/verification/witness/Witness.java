package dev.assay.verification.witness;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.log.CheckpointStore;
import dev.assay.verification.log.ConsistencyProof;
import dev.assay.verification.log.MerkleTree;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.VerifiedCheckpoint;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A witness of logs (C2SP tlog-witness): it cosigns a checkpoint only when it is shown that the log
 * grew from the one that it cosigned before. So two people who hold checkpoints with this witness's
 * cosignature hold checkpoints of one history.
 *
 * <p>A checkpoint is on the disk before its cosignature leaves. Whoever takes the state away but
 * leaves the key makes a witness that can be led into a fork: key and state belong together.
 *
 * <p>Thread-safe: requests about one log take turns.
 */
public final class Witness {
    /** A log that the witness follows; guards what was cosigned of it. */
    private static final class Followed {
        private final LogVerifyingKey key;
        private Optional<VerifiedCheckpoint> cosigned;

        Followed(LogVerifyingKey key, Optional<VerifiedCheckpoint> cosigned) {
            this.key = key;
            this.cosigned = cosigned;
        }

        long size() {
            return cosigned.map(VerifiedCheckpoint::size).orElse(0L);
        }
    }

    private final LogSigningKey key;
    private final CheckpointStore store;
    private final InstantSource clock;
    private final Map<String, Followed> logs = new HashMap<>();

    private Witness(LogSigningKey key, CheckpointStore store, InstantSource clock) {
        this.key = key;
        this.store = store;
        this.clock = clock;
    }

    /**
     * A witness of these logs, with what it cosigned before.
     *
     * @param key the witness's own, under its name; no log's
     * @param store stays its caller's
     */
    public static Witness of(
            LogSigningKey key,
            List<LogVerifyingKey> logs,
            CheckpointStore store,
            InstantSource clock)
            throws VerificationException {
        Witness witness = new Witness(key, store, clock);
        for (LogVerifyingKey log : logs) {
            Followed twice = witness.logs.put(log.origin(), new Followed(log, store.find(log)));
            if (twice != null) {
                throw new IllegalArgumentException("log " + log.origin() + " is named twice");
            }
        }
        return witness;
    }

    /** The public half of the witness's key. */
    public WitnessKey key() {
        return new WitnessKey(key.verifyingKey());
    }

    /** Answers a request; fails when the state cannot be kept, and then nothing was cosigned. */
    public WitnessAnswer answer(byte[] body) throws VerificationException {
        AddCheckpoint request;
        try {
            request = AddCheckpoint.parse(body);
        } catch (VerificationException e) {
            return new WitnessAnswer.Malformed(String.valueOf(e.getMessage()));
        }
        Followed log = logs.get(request.note().checkpoint().origin());
        if (log == null) {
            return new WitnessAnswer.UnknownLog(request.note().checkpoint().origin());
        }
        VerifiedCheckpoint checkpoint;
        try {
            checkpoint = ownSignature(request.note(), log.key).verify(log.key);
        } catch (VerificationException e) {
            return new WitnessAnswer.NotSigned(String.valueOf(e.getMessage()));
        }
        if (request.oldSize() > checkpoint.size()) {
            return new WitnessAnswer.Malformed("the old size is above the checkpoint's");
        }
        synchronized (log) {
            return answer(log, request, checkpoint);
        }
    }

    private WitnessAnswer answer(Followed log, AddCheckpoint request, VerifiedCheckpoint checkpoint)
            throws VerificationException {
        if (request.oldSize() != log.size()) {
            return new WitnessAnswer.Conflict(log.size());
        }
        if (checkpoint.size() == log.size()
                && log.cosigned.isPresent()
                && !checkpoint.root().equals(log.cosigned.get().root())) {
            return new WitnessAnswer.Conflict(log.size());
        }
        try {
            checkGrowth(log, request, checkpoint);
        } catch (VerificationException e) {
            return new WitnessAnswer.NotConsistent(String.valueOf(e.getMessage()));
        }
        if (log.cosigned.isEmpty() || checkpoint.size() > log.size()) {
            store.keep(checkpoint);
            log.cosigned = Optional.of(checkpoint);
        }
        return new WitnessAnswer.Cosigned(
                WitnessKey.sign(checkpoint.note().checkpoint(), key, clock.instant()));
    }

    private static void checkGrowth(
            Followed log, AddCheckpoint request, VerifiedCheckpoint checkpoint)
            throws VerificationException {
        long size = checkpoint.size();
        if (log.size() > 0) {
            new ConsistencyProof(log.size(), size, request.proof())
                    .verify(log.cosigned.orElseThrow().root(), checkpoint.root());
        } else if (!request.proof().isEmpty()
                || (size == 0 && !checkpoint.root().equals(new MerkleTree().root()))) {
            throw new VerificationException(
                    Code.BAD_PROOF,
                    "from size 0 a proof is empty, and a log of size 0 has the empty root");
        }
    }

    /** The note with the log's own lines alone: what else is on it is nothing to keep. */
    private static SignedNote ownSignature(SignedNote note, LogVerifyingKey key) {
        return new SignedNote(
                note.checkpoint(),
                note.signatures().stream()
                        .filter(line -> line.name().equals(key.origin()))
                        .toList());
    }
}
