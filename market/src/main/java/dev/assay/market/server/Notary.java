package dev.assay.market.server;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketIdentity;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.TransparencyLog;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.log.VerifiedConsistency;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.witness.WitnessRound;
import dev.assay.verification.witness.WitnessedPublication;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The market's signature and its transparency log, whose checkpoints it has cosigned when the log
 * has witnesses. An entry is durable before its index is told, so nothing that cites an index can
 * outlive the entry. As thread-safe as the log.
 */
final class Notary implements AutoCloseable {
    private final MarketKeys keys;
    private final TransparencyLog log;
    private final Optional<WitnessedPublication> publication;

    /** The newest checkpoint that as many witnesses cosigned as are needed. */
    private volatile Optional<VerifiedCheckpoint> published = Optional.empty();

    /** The newest checkpoint that any witness cosigned. */
    private volatile Optional<VerifiedCheckpoint> cosigned = Optional.empty();

    private Notary(MarketKeys keys, TransparencyLog log, LogWitnesses witnesses) {
        this.keys = keys;
        this.log = log;
        this.publication = witnesses.publication(log, this::keep);
    }

    /** Opens the log in a directory. */
    static Notary open(Path directory, MarketKeys keys, LogWitnesses witnesses)
            throws MarketException {
        try {
            TransparencyLog log =
                    TransparencyLog.open(directory, keys.log(), witnesses.publication());
            Notary notary = new Notary(keys, log, witnesses);
            notary.publication.ifPresent(WitnessedPublication::start);
            return notary;
        } catch (VerificationException e) {
            throw Refusals.damaged("transparency log", e);
        }
    }

    private void keep(WitnessRound round) {
        if (round.published()) {
            published = Optional.of(round.checkpoint());
        }
        if (!round.cosignatures().isEmpty()) {
            cosigned = Optional.of(round.checkpoint());
        }
    }

    /** Signs one of the market's own statements. */
    Envelope sign(Statement statement) throws MarketException {
        try {
            return SignedStatement.sign(statement, keys.statements());
        } catch (VerificationException e) {
            throw Refusals.damaged("statement", e);
        }
    }

    /** Puts the market's own envelope into the log. */
    LoggedEnvelope log(Envelope own) throws MarketException {
        return log(own, key());
    }

    /** Puts an envelope into the log that this key has signed. */
    LoggedEnvelope log(Envelope envelope, VerifyingKey signer) throws MarketException {
        try {
            long index = log.append(List.of(LogLeaf.of(envelope, signer))).first();
            return new LoggedEnvelope(Bytes.copyOf(envelope.bytes()), index);
        } catch (VerificationException e) {
            throw Refusals.damaged("transparency log", e);
        }
    }

    /** Evidence that the log once had a checkpoint of this size and root that covers an entry. */
    VerifiedConsistency checkpoint(long size, Digest root, long index) throws MarketException {
        VerifiedCheckpoint newest = log.checkpoint();
        if (size <= index || size > newest.size()) {
            throw new MarketException(
                    Code.REFUSED,
                    "no log checkpoint of size %d covers entry %d; use one from a proof of it"
                            .formatted(size, index));
        }
        try {
            return log.consistencyProof(size, newest.size()).verify(root, newest.root());
        } catch (VerificationException e) {
            throw Refusals.refused("log checkpoint", e);
        }
    }

    /**
     * Proofs that the log has these entries, all of one checkpoint: one that witnesses cosigned,
     * when there is one that covers them all.
     */
    List<Bytes> proofs(List<Long> indexes) throws MarketException {
        long size = size();
        long covered = 0;
        for (long index : indexes) {
            if (index < 0 || index >= size) {
                throw new MarketException(Code.UNKNOWN, "the log has no entry " + index);
            }
            covered = Math.max(covered, index + 1);
        }
        try {
            return log.proofs(indexes, covering(covered)).stream()
                    .map(proof -> Bytes.copyOf(proof.bytes()))
                    .toList();
        } catch (VerificationException e) {
            throw Refusals.damaged("transparency log", e);
        }
    }

    private VerifiedCheckpoint covering(long size) {
        return Stream.of(published, cosigned)
                .flatMap(Optional::stream)
                .filter(checkpoint -> checkpoint.size() >= size)
                .findFirst()
                .orElseGet(log::checkpoint);
    }

    /** Number of entries in the log. */
    long size() {
        return log.checkpoint().size();
    }

    /** The key of the market's own statements. */
    VerifyingKey key() {
        return keys.statements().verifyingKey();
    }

    MarketIdentity identity() {
        return new MarketIdentity(key().toPem(), keys.log().verifyingKey().vkey());
    }

    @Override
    public void close() throws MarketException {
        publication.ifPresent(WitnessedPublication::close);
        try {
            log.close();
        } catch (VerificationException e) {
            throw Refusals.damaged("transparency log", e);
        }
    }
}
