package dev.assay.agent.jobs;

import dev.assay.agent.journal.Journal;
import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.UsagePredicate;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Signs the receipts of one lease, each continuing the last, also across a restart. A receipt is in
 * the journal before anybody sees it. Thread-safe: one receipt at a time.
 */
final class ReceiptIssuer {
    private final Assignment assignment;
    private final List<UsagePredicate.Device> devices;
    private final SigningKey key;
    private final Journal journal;
    private final InstantSource clock;

    private long sequence;
    private Digest previous;
    private Instant periodStart;

    ReceiptIssuer(
            Assignment assignment,
            List<UsagePredicate.Device> devices,
            SigningKey key,
            Journal journal,
            InstantSource clock,
            Past past) {
        this.assignment = assignment;
        this.devices = List.copyOf(devices);
        this.key = key;
        this.journal = journal;
        this.clock = clock;
        this.sequence = past.receipts().size();
        this.previous = past.head().map(SignedStatement::digest).orElse(assignment.id().digest());
        this.periodStart =
                past.head()
                        .map(receipt -> receipt.predicate().periodEnd())
                        .orElseGet(clock::instant);
    }

    /** Signs the next receipt. */
    synchronized Bytes issue(Usage usage, Digest unitRoot)
            throws VerificationException, JournalException {
        Instant now = clock.instant();
        Instant periodEnd = now.isBefore(periodStart) ? periodStart : now;
        UsagePredicate receipt =
                new UsagePredicate(
                        assignment.id(),
                        assignment.lease().spec(),
                        sequence,
                        previous,
                        periodStart,
                        periodEnd,
                        devices,
                        usage,
                        unitRoot);
        Envelope envelope = SignedStatement.sign(receipt.statement(), key);
        Bytes bytes = Bytes.copyOf(envelope.bytes());
        journal.receipt(assignment.id(), sequence, bytes);
        sequence++;
        previous = envelope.payloadDigest();
        periodStart = periodEnd;
        return bytes;
    }

    /** Digest of the newest receipt's statement. */
    synchronized Digest head() {
        return previous;
    }
}
