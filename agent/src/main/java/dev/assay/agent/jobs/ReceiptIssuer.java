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

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Signs the receipts of one lease, each continuing the last, also across a restart. A receipt is in
 * the journal before anybody sees it. Periods are of the wall clock; a wall clock that was set back
 * ends them no sooner than the monotonic time of the usage passes, so that no receipt claims more
 * time than it covers. Thread-safe: one receipt at a time.
 */
final class ReceiptIssuer {
    private final Assignment assignment;
    private final SigningKey key;
    private final Journal journal;
    private final InstantSource clock;

    private List<UsagePredicate.Device> devices = List.of();
    private long sequence;
    private Digest previous;
    private Instant periodStart;
    private Duration metered;

    ReceiptIssuer(
            Assignment assignment,
            SigningKey key,
            Journal journal,
            InstantSource clock,
            Past past) {
        this.assignment = assignment;
        this.key = key;
        this.journal = journal;
        this.clock = clock;
        this.metered = past.usage().wall();
        this.sequence = past.receipts().size();
        this.previous = past.head().map(SignedStatement::digest).orElse(assignment.id().digest());
        this.periodStart =
                past.head()
                        .map(receipt -> receipt.predicate().periodEnd())
                        .orElseGet(clock::instant);
    }

    /** Receipts name these devices from now on. */
    synchronized void hold(List<UsagePredicate.Device> held) {
        devices = List.copyOf(held);
    }

    /** Signs the next receipt. */
    synchronized Bytes issue(Usage usage, Digest unitRoot)
            throws VerificationException, JournalException {
        Instant now = clock.instant();
        Instant least = periodStart.plus(usage.wall().minus(metered));
        Instant periodEnd = now.isBefore(least) ? least : now;
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
        metered = usage.wall();
        return bytes;
    }

    /** Digest of the newest receipt's statement. */
    synchronized Digest head() {
        return previous;
    }
}
