package dev.assay.agent.jobs;

import dev.assay.agent.journal.Journal;
import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.UsagePredicate;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an earlier process of this agent did for a lease, as its journal has it; {@link #NONE} when
 * this process was the first to hear of it.
 *
 * @param resumed whether an earlier process had the lease
 * @param state where the attempt stood
 * @param units what the result commits to for each finished unit
 * @param receipts all that were signed, in order; the market may lack the last
 * @param first the first of them
 * @param head the last of them
 */
public record Past(
        boolean resumed,
        AttemptState state,
        List<Digest> units,
        List<Bytes> receipts,
        Optional<SignedStatement<UsagePredicate>> first,
        Optional<SignedStatement<UsagePredicate>> head) {
    /** Nothing was done. */
    public static final Past NONE =
            new Past(
                    false,
                    AttemptState.LIFECYCLE.initial(),
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty());

    public Past {
        units = List.copyOf(units);
        receipts = List.copyOf(receipts);
    }

    /** Reads what the journal has of an attempt that did not end. */
    public static Past read(Journal journal, LeaseId lease, AttemptState state, VerifyingKey key)
            throws JournalException, VerificationException {
        List<Bytes> receipts = journal.receipts(lease);
        return receipts.isEmpty()
                ? new Past(true, state, journal.finished(lease), receipts, NONE.first, NONE.head)
                : new Past(
                        true,
                        state,
                        journal.finished(lease),
                        receipts,
                        Optional.of(verify(receipts.getFirst(), key)),
                        Optional.of(verify(receipts.getLast(), key)));
    }

    private static SignedStatement<UsagePredicate> verify(Bytes receipt, VerifyingKey key)
            throws VerificationException {
        return SignedStatement.verify(Envelope.parse(receipt.toArray()), key, UsagePredicate.class);
    }

    /** What the last receipt counted; later use of the earlier process is not charged. */
    Usage usage() {
        return head.map(receipt -> receipt.predicate().usage()).orElse(Usage.NONE);
    }

    /** When the work began, if it did. */
    Optional<Instant> began() {
        return first.map(receipt -> receipt.predicate().periodStart());
    }
}
