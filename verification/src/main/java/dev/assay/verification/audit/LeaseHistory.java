package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.attest.VerifiedOrder;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.crypto.LogVerifyingKey;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.LoggedLeaf;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.log.VerifiedCheckpoint;
import dev.assay.verification.statement.SettlementPredicate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The statements of an evidence folder, verified one after the other in the order in which they
 * were made, each also against the log.
 */
final class LeaseHistory {
    private final IndexedFolder folder;
    private final VerifyingKey providerKey;
    private final VerifyingKey marketKey;
    private final LogVerifyingKey logKey;
    private final List<LoggedLeaf> logged = new ArrayList<>();
    private final List<BundleCheck.Logged> statements = new ArrayList<>();

    private LeaseHistory(
            IndexedFolder folder,
            VerifyingKey providerKey,
            VerifyingKey marketKey,
            LogVerifyingKey logKey) {
        this.folder = folder;
        this.providerKey = providerKey;
        this.marketKey = marketKey;
        this.logKey = logKey;
    }

    /**
     * A result and the verdict on it.
     *
     * @param draw the checkpoint that fixed the draw, unless it is known to be of the same history
     *     as the log's newest
     */
    record Work(
            AttestedResult result,
            Optional<AuditedResult> audited,
            Optional<VerifiedCheckpoint> draw) {}

    /**
     * Everything that was verified.
     *
     * @param statements every statement, and where the log holds it
     * @param logged the same entries of the log, verified, in the same order
     * @param checkpoint the one of all proofs but the draw's
     * @param bundled whether there are bundles, which then say the same
     */
    record Verified(
            VerifyingKey tenantKey,
            VerifyingKey providerKey,
            VerifyingKey marketKey,
            LogVerifyingKey logKey,
            VerifiedLease lease,
            List<VerifiedReceipt> receipts,
            Optional<Work> work,
            SignedStatement<SettlementPredicate> settlement,
            List<BundleCheck.Logged> statements,
            List<LoggedLeaf> logged,
            VerifiedCheckpoint checkpoint,
            boolean bundled) {
        /** The entry of the statement with this name, which is there. */
        LoggedLeaf logged(String name) {
            for (int i = 0; i < statements.size(); i++) {
                if (statements.get(i).name().equals(name)) {
                    return logged.get(i);
                }
            }
            throw new IllegalArgumentException("the lease has no " + name);
        }

        Optional<AuditedResult> verdict() {
            return work.flatMap(Work::audited);
        }
    }

    static Verified verify(IndexedFolder folder) throws Halt {
        return new LeaseHistory(
                        folder,
                        key(folder, EvidenceLayout.PROVIDER_KEY),
                        key(folder, EvidenceLayout.MARKET_KEY),
                        logKey(folder))
                .verify();
    }

    private Verified verify() throws Halt {
        VerifiedOrder order =
                statement(
                        EvidenceLayout.ORDER,
                        folder.tenantKey(),
                        e -> VerifiedOrder.verify(e, folder.tenantKey()));
        VerifiedLease lease =
                statement(
                        EvidenceLayout.LEASE,
                        marketKey,
                        e -> VerifiedLease.verify(e, marketKey, order));
        if (!lease.id().equals(folder.index().lease())) {
            throw Halt.refuted(
                    EvidenceLayout.INDEX,
                    "evidence.leaseId",
                    Clause.INDEX,
                    "names another lease than the one in the folder");
        }
        List<VerifiedReceipt> receipts = receipts(lease);
        Optional<Work> work =
                folder.has(EvidenceLayout.statement(EvidenceLayout.RESULT))
                        ? Optional.of(work(lease, receipts))
                        : Optional.empty();
        SignedStatement<SettlementPredicate> settlement =
                statement(
                        EvidenceLayout.SETTLEMENT,
                        marketKey,
                        e -> SignedStatement.verify(e, marketKey, SettlementPredicate.class));
        order();
        boolean bundled = new BundleCheck(folder, logKey).run(statements);
        return new Verified(
                folder.tenantKey(),
                providerKey,
                marketKey,
                logKey,
                lease,
                receipts,
                work,
                settlement,
                statements,
                logged,
                logged.getFirst().checkpoint(),
                bundled);
    }

    private List<VerifiedReceipt> receipts(VerifiedLease lease) throws Halt {
        ReceiptChain chain;
        try {
            chain = new ReceiptChain(lease, providerKey);
        } catch (VerificationException e) {
            throw Halt.because(EvidenceLayout.PROVIDER_KEY, Clause.KEY, e);
        }
        Instant latest = folder.index().createdOn();
        for (int i = 0; folder.has(EvidenceLayout.statement(EvidenceLayout.receipt(i))); i++) {
            statement(
                    EvidenceLayout.receipt(i),
                    providerKey,
                    envelope -> chain.append(envelope, latest));
        }
        return chain.receipts();
    }

    private Work work(VerifiedLease lease, List<VerifiedReceipt> receipts) throws Halt {
        if (receipts.isEmpty()) {
            throw Halt.refuted(
                    EvidenceLayout.statement(EvidenceLayout.receipt(0)),
                    Clause.RECEIPT_CHAIN,
                    "a result without a receipt");
        }
        AttestedResult result =
                statement(
                        EvidenceLayout.RESULT,
                        providerKey,
                        e ->
                                AttestedResult.verify(e, providerKey, lease, receipts.getLast())
                                        .finishedBy(folder.index().createdOn()));
        if (!folder.has(EvidenceLayout.statement(EvidenceLayout.VERDICT))) {
            return new Work(result, Optional.empty(), Optional.empty());
        }
        LoggedLeaf committed = logged.getLast();
        LoggedLeaf drawnFrom =
                verified(
                        proof(EvidenceLayout.DRAW_PROOF),
                        EvidenceLayout.DRAW_PROOF,
                        result.statement().envelope(),
                        providerKey);
        AuditedResult audited =
                statement(
                        EvidenceLayout.VERDICT,
                        folder.tenantKey(),
                        envelope ->
                                AuditedResult.verify(
                                        result,
                                        envelope,
                                        folder.tenantKey(),
                                        drawnFrom.checkpoint().size(),
                                        drawnFrom.checkpoint().root()));
        if (logged.getLast().index() < drawnFrom.checkpoint().size()) {
            throw Halt.refuted(
                    EvidenceLayout.DRAW_PROOF,
                    Clause.LOG_ORDER,
                    "the verdict was in the log before the draw was fixed");
        }
        Optional<VerifiedCheckpoint> draw =
                sameHistory(committed, drawnFrom)
                        ? Optional.empty()
                        : Optional.of(drawnFrom.checkpoint());
        return new Work(result, Optional.of(audited), draw);
    }

    /**
     * A log that showed the auditor one history and everybody else another could choose the draw.
     * What the proofs cannot show is whether entries between the result and the draw are the same;
     * there are none when the draw's checkpoint is the result's own, and then true is returned.
     */
    private static boolean sameHistory(LoggedLeaf committed, LoggedLeaf drawnFrom) throws Halt {
        boolean own = drawnFrom.checkpoint().size() == drawnFrom.index() + 1;
        if (committed.index() != drawnFrom.index()
                || (own && !drawnFrom.checkpoint().root().equals(committed.rootThrough()))) {
            throw Halt.refuted(
                    EvidenceLayout.DRAW_PROOF,
                    Clause.CONSISTENCY,
                    "is of another history of the log than the other proofs");
        }
        return own;
    }

    /**
     * Commit before draw, draw before verdict: the log must hold the statements in the order of the
     * story.
     */
    private void order() throws Halt {
        for (int i = 1; i < logged.size(); i++) {
            if (logged.get(i).index() <= logged.get(i - 1).index()) {
                throw Halt.refuted(
                        "proofs",
                        Clause.LOG_ORDER,
                        "the log holds the statements in another order than they were made");
            }
        }
        long checkpoints = logged.stream().map(leaf -> leaf.checkpoint().root()).distinct().count();
        if (checkpoints != 1) {
            throw Halt.refuted(
                    "proofs",
                    Clause.CHECKPOINT,
                    "the proofs are of " + checkpoints + " different checkpoints");
        }
    }

    /** Verifies an envelope into evidence. */
    private interface Step<T> {
        T verify(Envelope envelope) throws VerificationException;
    }

    private <T> T statement(String name, VerifyingKey key, Step<T> step) throws Halt {
        String file = EvidenceLayout.statement(name);
        try {
            Envelope envelope = Envelope.parse(folder.read(file));
            T verified = step.verify(envelope);
            TlogProof proof = proof(EvidenceLayout.proof(name));
            logged.add(verified(proof, EvidenceLayout.proof(name), envelope, key));
            statements.add(new BundleCheck.Logged(name, envelope, key, proof));
            return verified;
        } catch (VerificationException e) {
            throw Halt.because(file, e);
        }
    }

    private TlogProof proof(String file) throws Halt {
        try {
            return TlogProof.parse(folder.read(file));
        } catch (VerificationException e) {
            throw Halt.because(file, e);
        }
    }

    private LoggedLeaf verified(TlogProof proof, String file, Envelope envelope, VerifyingKey key)
            throws Halt {
        try {
            return proof.verify(LogLeaf.of(envelope, key), logKey);
        } catch (VerificationException e) {
            throw Halt.because(file, e);
        }
    }

    private static VerifyingKey key(IndexedFolder folder, String name) throws Halt {
        try {
            return VerifyingKey.fromPem(folder.text(name));
        } catch (VerificationException e) {
            throw Halt.because(name, Clause.KEY, e);
        }
    }

    private static LogVerifyingKey logKey(IndexedFolder folder) throws Halt {
        try {
            return LogVerifyingKey.parse(folder.text(EvidenceLayout.LOG_KEY));
        } catch (VerificationException e) {
            throw Halt.because(EvidenceLayout.LOG_KEY, Clause.KEY, e);
        }
    }
}
