package dev.assay.verification.history;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.audit.Division;
import dev.assay.verification.history.CheckedLine.Signed;
import dev.assay.verification.history.LeaseTrail.Known;
import dev.assay.verification.log.LogReader;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.UsagePredicate;
import dev.assay.verification.statement.VerdictPredicate;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.util.Optional;

/**
 * How a lease ends: whether its result agrees with its receipts, the verdict with the result and
 * the log, and the settlement with what it cites. Not thread-safe.
 */
final class LeaseEnding {
    private final LogReader log;
    private final Findings findings;

    LeaseEnding(LogReader log, Findings findings) {
        this.log = log;
        this.findings = findings;
    }

    /** Takes in a result that names the lease. */
    void result(LeaseTrail lease, Signed signed, ResultPredicate result, long lacking) {
        String place = HistoryLayout.line(signed.number());
        if (lease.result().isPresent()) {
            again(signed, lease.result().get(), place, "result.leaseId", "result");
            return;
        }
        lease.result(signed, result);
        if (lease.head().isEmpty()) {
            if (lease.mayLack(lacking)) {
                findings.unchecked(
                        Clause.STATEMENT, place, "result.usageHead", "its receipts are not here");
            } else {
                findings.refuted(
                        Clause.STATEMENT, place, "result.usageHead", "a result without a receipt");
            }
            return;
        }
        if (lease.order().isEmpty()) {
            return;
        }
        Known<UsagePredicate> head = lease.head().get();
        if (lease.mayLack(lacking) && !result.usageHead().equals(head.digest())) {
            findings.unchecked(
                    Clause.STATEMENT,
                    place,
                    "result.usageHead",
                    "is a receipt that the history does not have");
            return;
        }
        try {
            AttestedResult.requireFits(
                    result,
                    lease.terms(),
                    lease.order().get().spec().work(),
                    head.predicate(),
                    head.digest());
        } catch (VerificationException e) {
            findings.refuted(Clause.STATEMENT, place, e);
        }
    }

    /** Takes in a verdict that names the lease. */
    void verdict(LeaseTrail lease, Signed signed, VerdictPredicate verdict) {
        String place = HistoryLayout.line(signed.number());
        if (lease.verdict().isPresent()) {
            again(signed, lease.verdict().get(), place, "verdict.leaseId", "verdict");
            return;
        }
        lease.verdict(signed, verdict);
        Optional<Known<ResultPredicate>> result = lease.result();
        if (result.isEmpty() || !result.get().digest().equals(verdict.result())) {
            findings.refuted(
                    Clause.VERDICT, place, "verdict.result", "is not the result of the lease");
            return;
        }
        try {
            if (lease.order().isPresent()) {
                AuditedResult.requireFits(
                        verdict,
                        result.get().predicate(),
                        lease.terms(),
                        lease.order().get().spec());
            }
        } catch (VerificationException e) {
            findings.refuted(Clause.VERDICT, place, e);
        }
        draw(signed, verdict, result.get(), place);
    }

    /** The checkpoint that fixed the draw: of this log, after the result, before the verdict. */
    private void draw(
            Signed signed, VerdictPredicate verdict, Known<ResultPredicate> result, String place) {
        long size = verdict.checkpointSize();
        if (size <= result.index() || size > signed.index()) {
            findings.refuted(
                    Clause.VERDICT,
                    place,
                    "verdict.checkpointSize",
                    size
                            + " is not between the result, entry "
                            + result.index()
                            + ", and the verdict, entry "
                            + signed.index());
            return;
        }
        try {
            log.consistencyProof(size, log.checkpoint().size())
                    .verify(verdict.checkpointRoot(), log.checkpoint().root());
        } catch (VerificationException e) {
            String field = "verdict.checkpointRoot";
            if (e.code() == Code.BAD_PROOF) {
                findings.refuted(
                        Clause.VERDICT,
                        place,
                        field,
                        "is not the log's at " + size + " entries: " + e.getMessage());
            } else if (LogComparison.isOfTheLog(e)) {
                findings.refuted(Clause.LOG_FILES, HistoryLayout.LOG, e);
            } else {
                findings.unchecked(Clause.VERDICT, place, field, String.valueOf(e.getMessage()));
            }
        }
    }

    /** Takes in the settlement that ends the lease. */
    void settlement(LeaseTrail lease, Signed signed, SettlementPredicate settlement, long lacking) {
        String place = HistoryLayout.line(signed.number());
        LeasePredicate terms = lease.terms();
        boolean incomplete = lease.mayLack(lacking);
        equal(place, settlement.denom(), terms.price().denom(), "settlement.denom", false);
        equal(
                place,
                settlement.usageHead(),
                lease.head().map(Known::digest),
                "settlement.usageHead",
                incomplete);
        equal(
                place,
                settlement.result(),
                lease.result().map(Known::digest),
                "settlement.result",
                incomplete);
        equal(
                place,
                settlement.verdict(),
                lease.verdict()
                        .filter(known -> known.predicate().outcome() != Outcome.INCONCLUSIVE)
                        .map(Known::digest),
                "settlement.verdict",
                false);
        reason(lease, settlement, place, incomplete);
        if (lease.order().isPresent() && !incomplete) {
            money(lease, lease.order().get(), settlement, place);
        }
    }

    private void reason(
            LeaseTrail lease, SettlementPredicate settlement, String place, boolean incomplete) {
        boolean failed =
                lease.verdict()
                        .filter(known -> known.predicate().outcome() == Outcome.FAIL)
                        .isPresent();
        if (settlement.reason() == CloseReason.DONE && lease.result().isEmpty() && !incomplete) {
            findings.refuted(
                    Clause.SETTLEMENT, place, "settlement.reason", "is done, without a result");
        }
        if (settlement.reason() == CloseReason.NO_BIDS) {
            findings.refuted(
                    Clause.SETTLEMENT, place, "settlement.reason", "is no bids; there is a lease");
        }
        if (failed != (settlement.reason() == CloseReason.AUDIT_FAILED)) {
            findings.refuted(
                    Clause.SETTLEMENT,
                    place,
                    "settlement.reason",
                    "is "
                            + settlement.reason().text()
                            + (failed ? "" : ", with no failed verdict"));
        }
    }

    /** What was billed is what the reason lets be billed, costs that, and goes where it is due. */
    private void money(
            LeaseTrail lease, OrderPredicate order, SettlementPredicate settlement, String place) {
        LeasePredicate terms = lease.terms();
        long billable = billable(lease, order, settlement);
        if (settlement.quantity() != billable) {
            findings.refuted(
                    Clause.SETTLEMENT,
                    place,
                    "settlement.quantity",
                    "is " + settlement.quantity() + ", metered and billable are " + billable);
            return;
        }
        MicroAmount owed = owed(terms, billable);
        if (!settlement.owed().equals(owed)) {
            equal(place, settlement.owed(), owed, "settlement.owed", false);
            return;
        }
        Division division = new Division(terms);
        division.difference(settlement, owed)
                .ifPresent(
                        other ->
                                findings.refuted(
                                        Clause.SETTLEMENT, place, "settlement.transfers", other));
        division.wrongBidDeposit(settlement)
                .ifPresent(
                        wrong ->
                                findings.refuted(
                                        Clause.BID_DEPOSIT, place, "settlement.transfers", wrong));
    }

    /** The quantity that the settlement's reason lets be billed. */
    private static long billable(
            LeaseTrail lease, OrderPredicate order, SettlementPredicate settlement) {
        JobSpec spec = order.spec();
        PriceUnit unit = lease.terms().price().unit();
        Usage usage = lease.head().map(head -> head.predicate().usage()).orElse(Usage.NONE);
        long metered = metered(usage, unit, spec.devices());
        long timed = unit == PriceUnit.THOUSAND_ROWS ? 0 : metered;
        return switch (settlement.reason()) {
            case DONE -> metered;
            case OWNER -> timed;
            // Of containers alone, and only when it was their tenant's doing; whose, is not here.
            case FAILED ->
                    spec.work() instanceof Container && settlement.quantity() != 0 ? timed : 0;
            case AUDIT_FAILED, MANIFEST_TIMEOUT, PROVIDER_LOST, NO_BIDS -> 0;
        };
    }

    private static long metered(Usage usage, PriceUnit unit, int devices) {
        try {
            return usage.quantity(unit, devices);
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    private static MicroAmount owed(LeasePredicate terms, long quantity) {
        try {
            return terms.price().owed(quantity).min(terms.deposit());
        } catch (ArithmeticException e) {
            return terms.deposit();
        }
    }

    private void again(Signed signed, Known<?> before, String place, String field, String what) {
        boolean same = before.digest().equals(signed.digest());
        findings.refuted(
                same ? Clause.REPETITION : Clause.EQUIVOCATION,
                place,
                field,
                "the lease has "
                        + (same ? "this " : "another ")
                        + what
                        + " already, at line "
                        + before.line());
    }

    private void equal(String place, Object actual, Object due, String field, boolean incomplete) {
        if (actual.equals(due)) {
            return;
        }
        String message = "is " + text(actual) + "; the history says " + text(due);
        if (incomplete) {
            findings.unchecked(Clause.SETTLEMENT, place, field, message);
        } else {
            findings.refuted(Clause.SETTLEMENT, place, field, message);
        }
    }

    private static String text(Object value) {
        return switch (value) {
            case Optional<?> some -> some.map(LeaseEnding::text).orElse("none");
            case Digest digest -> digest.brief();
            default -> value.toString();
        };
    }
}
