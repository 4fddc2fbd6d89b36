package dev.assay.cli.tenant;

import dev.assay.cli.tenant.OpenOrders.OpenOrder;
import dev.assay.models.engine.Engine;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.check.Audit;
import dev.assay.verification.check.ResultContents;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.LoggedLeaf;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.statement.VerdictPredicate;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The tenant's own check of a result: draws units once the result is in the log, replays them, and
 * posts the verdict. Not thread-safe.
 *
 * @param open the order, with the secret behind its draw
 * @param events is told how far the replay is, and the verdict
 */
record ResultAudit(
        TenantClient client, OpenOrder open, LogVerifyingKey logKey, Consumer<RunEvent> events) {

    /** The proof whose checkpoint fixes the draw: once taken, kept. */
    Bytes draw(LoggedEnvelope result) throws TenantException, MarketException {
        Optional<Bytes> kept = client.open().keptDraw(open.order());
        if (kept.isPresent()) {
            return kept.get();
        }
        Bytes proof = client.market().proofs(List.of(result.index())).getFirst();
        client.open().keepDraw(open.order(), proof);
        return proof;
    }

    /** Audits a result that the proof shows in the log. */
    void run(ResultContents contents, VerifyingKey provider, Bytes proof)
            throws VerificationException, MarketException {
        long began = System.nanoTime();
        AttestedResult attested = contents.result();
        LoggedLeaf logged =
                TlogProof.parse(proof.toArray())
                        .verify(LogLeaf.of(attested.statement().envelope(), provider), logKey);
        Envelope verdict;
        VerdictPredicate finding;
        try (Engine exact = client.exact().get()) {
            Audit audit = new Audit(client.key(), open.secret(), exact, client.clock());
            long size = logged.checkpoint().size();
            int drawn = audit.draw(attested, size, logged.checkpoint().root()).size();
            AtomicInteger done = new AtomicInteger();
            verdict =
                    audit.verdict(
                            contents,
                            size,
                            logged.checkpoint().root(),
                            _ ->
                                    events.accept(
                                            new RunEvent.Replayed(done.incrementAndGet(), drawn)));
            finding =
                    SignedStatement.verify(
                                    verdict, client.key().verifyingKey(), VerdictPredicate.class)
                            .predicate();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        events.accept(new RunEvent.Audited(finding, attested.result().units(), took));
        post(verdict);
    }

    /**
     * Posts a verdict, unless an earlier process of this tenant did; its event is on the way then.
     */
    private void post(Envelope verdict) throws MarketException {
        try {
            client.market().postVerdict(open.order(), Bytes.copyOf(verdict.bytes()));
        } catch (MarketException e) {
            if (e.code() != MarketException.Code.TOO_LATE) {
                throw e;
            }
        }
    }
}
