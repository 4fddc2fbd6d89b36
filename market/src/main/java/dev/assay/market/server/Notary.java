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

import java.nio.file.Path;
import java.util.List;

/**
 * The market's signature and its transparency log. An entry is durable before its index is told, so
 * nothing that cites an index can outlive the entry. As thread-safe as the log.
 */
final class Notary implements AutoCloseable {
    private final MarketKeys keys;
    private final TransparencyLog log;

    private Notary(MarketKeys keys, TransparencyLog log) {
        this.keys = keys;
        this.log = log;
    }

    /** Opens the log in a directory. */
    static Notary open(Path directory, MarketKeys keys) throws MarketException {
        try {
            return new Notary(keys, TransparencyLog.open(directory, keys.log()));
        } catch (VerificationException e) {
            throw Refusals.damaged("transparency log", e);
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

    /** Proofs that the newest checkpoint covers these entries. */
    List<Bytes> proofs(List<Long> indexes) throws MarketException {
        long size = size();
        for (long index : indexes) {
            if (index < 0 || index >= size) {
                throw new MarketException(Code.UNKNOWN, "the log has no entry " + index);
            }
        }
        try {
            return log.proofs(indexes).stream().map(proof -> Bytes.copyOf(proof.bytes())).toList();
        } catch (VerificationException e) {
            throw Refusals.damaged("transparency log", e);
        }
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
        try {
            log.close();
        } catch (VerificationException e) {
            throw Refusals.damaged("transparency log", e);
        }
    }
}
