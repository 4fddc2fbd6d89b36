package dev.assay.agent.hardware;

import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.TenantService;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.LoggedLeaf;
import dev.assay.verification.log.TlogProof;

import java.util.List;

/** Where the log stood when a document was its last entry. */
@FunctionalInterface
public interface LogHead {
    /**
     * The log's size and root through this document, which whoever has the proof of its entry can
     * compute again.
     *
     * @param signer of the document
     */
    LogCheckpoint through(LoggedEnvelope document, VerifyingKey signer)
            throws MarketException, VerificationException;

    /** As a market's log with this key proves it. */
    static LogHead of(TenantService market, LogVerifyingKey key) {
        return (document, signer) -> {
            TlogProof proof =
                    TlogProof.parse(market.proofs(List.of(document.index())).getFirst().toArray());
            Envelope envelope = Envelope.parse(document.envelope().toArray());
            LoggedLeaf leaf = proof.verify(LogLeaf.of(envelope, signer), key);
            return new LogCheckpoint(
                    leaf.checkpoint().origin(), leaf.index() + 1, leaf.rootThrough());
        };
    }
}
