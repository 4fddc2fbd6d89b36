package dev.assay.market.server;

import dev.assay.market.store.LeaseRow;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An active lease in memory: its row and the verified documents behind it. It follows the database;
 * when a step fails half-way, it is dropped and loaded again. Used on the state thread.
 */
final class LiveLease {
    private final VerifiedLease lease;
    private final VerifyingKey providerKey;
    private final ReceiptChain chain;
    private final Map<Digest, Long> accepted = new HashMap<>();
    private LeaseRow row;
    private Optional<LoggedResult> result = Optional.empty();
    private Dispute dispute = Dispute.NONE;

    /** What an auditor's FAIL has come to. */
    enum Dispute {
        /** Nobody failed the result. */
        NONE,
        /** The failure is being reproduced: nobody is paid. */
        OPEN,
        /** The failure was not there. */
        UNFOUNDED
    }

    /** The result, where the log holds it, and since when. */
    record LoggedResult(AttestedResult attested, long index, Instant at) {}

    LiveLease(LeaseRow row, VerifiedLease lease, VerifyingKey providerKey)
            throws VerificationException {
        this.row = row;
        this.lease = lease;
        this.providerKey = providerKey;
        this.chain = new ReceiptChain(lease, providerKey);
    }

    LeaseId id() {
        return row.id();
    }

    OrderId order() {
        return row.order();
    }

    KeyId provider() {
        return row.provider();
    }

    VerifyingKey providerKey() {
        return providerKey;
    }

    LeaseRow row() {
        return row;
    }

    VerifiedLease lease() {
        return lease;
    }

    /** What the lease holds of its provider's machine. */
    Resources resources() {
        return lease.order().order().spec().resources();
    }

    Optional<VerifiedReceipt> head() {
        return chain.head();
    }

    Optional<LoggedResult> result() {
        return result;
    }

    /** Where the log holds a document that was accepted before. */
    Optional<Long> acceptedAt(Digest envelope) {
        return Optional.ofNullable(accepted.get(envelope));
    }

    /** Verifies the next receipt; it counts from now on. */
    void append(Envelope receipt, Instant now) throws VerificationException {
        chain.append(receipt, now);
    }

    /** Verifies the result against the last receipt. */
    AttestedResult attest(Envelope envelope, VerifiedReceipt head) throws VerificationException {
        return AttestedResult.verify(envelope, providerKey, lease, head);
    }

    void accepted(LoggedEnvelope document) {
        accepted.put(document.envelope().digest(), document.index());
    }

    void finished(LoggedResult logged) {
        result = Optional.of(logged);
    }

    void moved(AttemptState attempt) {
        row = row.with(attempt);
    }

    void stopping() {
        row = row.stopped();
    }

    void disputed(Dispute stands) {
        dispute = stands;
    }

    Dispute dispute() {
        return dispute;
    }
}
