package dev.assay.verification.history;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.UnitCommitments;
import dev.assay.verification.attest.UsageBounds;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.history.CheckedLine.Signed;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.VerdictPredicate;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An open lease as the log tells of it: its terms, the chain of its receipts, its result and its
 * verdict. After a fault it goes on from where the provider is, so that one fault is one finding.
 * Of each receipt 16 bytes are kept while the lease is open. Not thread-safe.
 */
final class LeaseTrail {
    /** A statement and its identity. */
    record Known<P>(long line, long index, Digest digest, P predicate) {
        static <P> Known<P> of(Signed signed, P predicate) {
            return new Known<>(signed.number(), signed.index(), signed.digest(), predicate);
        }
    }

    private final LeaseId id;
    private final long line;
    private final LeasePredicate terms;
    private final Optional<OrderPredicate> order;
    private final Findings findings;
    private final SeenReceipts seen = new SeenReceipts();
    private long expected;
    private long lackingAtHead;
    private Optional<Instant> began = Optional.empty();
    private Optional<Known<UsagePredicate>> head = Optional.empty();
    private Optional<Known<ResultPredicate>> result = Optional.empty();
    private Optional<Known<VerdictPredicate>> verdict = Optional.empty();

    /**
     * A lease without a receipt.
     *
     * @param order the order that it names, if the history has it
     * @param lacking as in {@link LogComparison#lacking}
     */
    LeaseTrail(
            Signed lease,
            LeasePredicate terms,
            Optional<OrderPredicate> order,
            long lacking,
            Findings findings) {
        this.id = new LeaseId(lease.digest());
        this.line = lease.number();
        this.terms = terms;
        this.order = order;
        this.lackingAtHead = lacking;
        this.findings = findings;
    }

    LeaseId id() {
        return id;
    }

    /** Line of the lease statement. */
    long line() {
        return line;
    }

    LeasePredicate terms() {
        return terms;
    }

    Optional<OrderPredicate> order() {
        return order;
    }

    /** How many GPUs it has, as far as its order is known. */
    int gpus() {
        return order.map(asked -> asked.spec().resources().gpus()).orElse(0);
    }

    Optional<Known<UsagePredicate>> head() {
        return head;
    }

    Optional<Known<ResultPredicate>> result() {
        return result;
    }

    Optional<Known<VerdictPredicate>> verdict() {
        return verdict;
    }

    /** Whether the log holds statements of the provider's, since the head, that are not here. */
    boolean mayLack(long lacking) {
        return lacking > lackingAtHead;
    }

    /** Takes in the lease's result. */
    void result(Signed signed, ResultPredicate said) {
        result = Optional.of(Known.of(signed, said));
    }

    /** Takes in the verdict on it. */
    void verdict(Signed signed, VerdictPredicate said) {
        verdict = Optional.of(Known.of(signed, said));
    }

    /**
     * Takes in a receipt that names the lease.
     *
     * @param lacking as in {@link LogComparison#lacking}
     * @return whether it continues the chain
     */
    boolean receipt(Signed signed, UsagePredicate receipt, long lacking) {
        String place = HistoryLayout.line(signed.number());
        if (receipt.sequence() < expected) {
            again(signed, receipt, place);
            return false;
        }
        if (result.isPresent()) {
            findings.refuted(
                    Clause.RECEIPT_CHAIN,
                    place,
                    "usage.sequence",
                    "a receipt after the lease's result at line " + result.get().line());
        }
        if (!receipt.spec().equals(terms.spec())) {
            findings.refuted(Clause.STATEMENT, place, "usage.spec", "is not the lease's");
        }
        boolean follows = position(receipt, place, lacking);
        period(receipt, place, follows);
        quantities(receipt, place);
        units(receipt, place, follows);
        keep(signed, receipt, lacking);
        return true;
    }

    private void again(Signed signed, UsagePredicate receipt, String place) {
        String which = "receipt " + receipt.sequence() + " of lease " + id.brief();
        switch (seen.like(receipt.sequence(), signed.digest())) {
            case SAME ->
                    findings.refuted(
                            Clause.REPETITION,
                            place,
                            "usage.sequence",
                            "the history has " + which + " already");
            case OTHER ->
                    findings.refuted(
                            Clause.EQUIVOCATION,
                            place,
                            "usage.sequence",
                            "the history has another " + which + " already");
            case NONE ->
                    findings.refuted(
                            Clause.RECEIPT_CHAIN,
                            place,
                            "usage.sequence",
                            which + " comes after receipt " + (expected - 1));
        }
    }

    /** Whether the receipt comes right after the head. */
    private boolean position(UsagePredicate receipt, String place, long lacking) {
        long left = receipt.sequence() - expected;
        if (left > 0) {
            String gap =
                    "receipt %d of lease %s where %d is due"
                            .formatted(receipt.sequence(), id.brief(), expected);
            if (lacking - lackingAtHead >= left) {
                findings.unchecked(
                        Clause.RECEIPT_CHAIN,
                        place,
                        "usage.sequence",
                        gap + "; the log holds statements in between that are not here");
            } else {
                findings.refuted(
                        Clause.RECEIPT_CHAIN,
                        place,
                        "usage.sequence",
                        gap + ": " + left + " left out");
            }
            return false;
        }
        Digest before = head.map(Known::digest).orElse(id.digest());
        if (!receipt.previous().equals(before)) {
            findings.refuted(
                    Clause.RECEIPT_CHAIN,
                    place,
                    "usage.previousDigest",
                    "names " + receipt.previous().brief() + ", not " + before.brief());
        }
        return true;
    }

    private void period(UsagePredicate receipt, String place, boolean follows) {
        Optional<Instant> end = head.map(known -> known.predicate().periodEnd());
        Instant start = receipt.periodStart();
        if (end.isEmpty()) {
            if (start.isBefore(terms.createdOn().minus(ReceiptChain.CLOCK_SKEW))) {
                findings.refuted(
                        Clause.PERIOD,
                        place,
                        "usage.chargePeriodStart",
                        start + " is before the lease began");
            }
        } else if (start.isBefore(end.get())) {
            findings.refuted(
                    Clause.PERIOD,
                    place,
                    "usage.chargePeriodStart",
                    start + " overlaps the receipt before, which ends at " + end.get());
        } else if (follows && start.isAfter(end.get())) {
            findings.refuted(
                    Clause.PERIOD,
                    place,
                    "usage.chargePeriodStart",
                    start + " leaves a gap: the receipt before ends at " + end.get());
        }
    }

    private void quantities(UsagePredicate receipt, String place) {
        Usage before = head.map(known -> known.predicate().usage()).orElse(Usage.NONE);
        if (!receipt.usage().follows(before)) {
            findings.refuted(
                    Clause.USAGE_BOUNDS, place, "usage.meters", fallen(receipt.usage(), before));
        }
        if (order.isEmpty()) {
            return;
        }
        Instant since =
                began.orElse(
                        receipt.sequence() == 0
                                ? receipt.periodStart()
                                : terms.createdOn().minus(ReceiptChain.CLOCK_SKEW));
        try {
            Duration elapsed = Duration.between(since, receipt.periodEnd());
            UsageBounds.check(receipt, Usage.NONE, elapsed, order.get().spec());
        } catch (VerificationException e) {
            findings.refuted(Clause.USAGE_BOUNDS, place, e);
        }
    }

    private static String fallen(Usage now, Usage before) {
        return "a cumulative quantity fell: " + now + " after " + before;
    }

    private void units(UsagePredicate receipt, String place, boolean follows) {
        boolean none = receipt.usage().units() == 0;
        boolean committed = !receipt.unitRoot().equals(UnitCommitments.EMPTY_ROOT);
        boolean changed =
                head.isPresent()
                        && head.get().predicate().usage().units() == receipt.usage().units()
                        && !head.get().predicate().unitRoot().equals(receipt.unitRoot());
        if ((none && committed) || (follows && changed)) {
            findings.refuted(
                    Clause.RECEIPT_CHAIN,
                    place,
                    "usage.unitRoot",
                    none
                            ? "commits to units before any is finished"
                            : "changed although no unit was finished");
        }
    }

    private void keep(Signed signed, UsagePredicate receipt, long lacking) {
        seen.add(receipt.sequence(), signed.digest());
        expected = Math.min(receipt.sequence(), Long.MAX_VALUE - 1) + 1;
        if (began.isEmpty()) {
            began = Optional.of(receipt.periodStart());
        }
        head = Optional.of(Known.of(signed, receipt));
        lackingAtHead = lacking;
    }
}
