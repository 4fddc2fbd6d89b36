package dev.assay.verification.audit;

import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.util.Optional;

/**
 * Computes a settlement again, from the lease's terms and the verified statements, and compares it
 * with what the market signed.
 */
final class SettlementCheck {
    private static final String FILE = EvidenceLayout.statement(EvidenceLayout.SETTLEMENT);
    private static final String BID_TRANSFERS = "settlement.transfers";
    private final LeaseHistory.Verified history;
    private final LeasePredicate lease;
    private final SettlementPredicate settlement;

    SettlementCheck(LeaseHistory.Verified history) {
        this.history = history;
        this.lease = history.lease().lease();
        this.settlement = history.settlement().predicate();
    }

    /** Whether the provider was paid although no verdict was given in time. */
    boolean paidUnchallenged() {
        return settlement.reason() == CloseReason.DONE && settlement.verdict().isEmpty();
    }

    void run() throws Halt {
        equal(settlement.lease(), history.lease().id(), "leaseId");
        equal(settlement.denom(), lease.price().denom(), "denom");
        citations();
        long quantity = quantity();
        equal(settlement.quantity(), quantity, "quantity");
        MicroAmount owed = owed(quantity);
        equal(settlement.owed(), owed, "owed");
        Division division = new Division(lease);
        Optional<String> other = division.difference(settlement, owed);
        if (other.isPresent()) {
            throw wrong("transfers", other.get());
        }
        Optional<String> bid = division.wrongBidDeposit(settlement);
        if (bid.isPresent()) {
            throw Halt.refuted(FILE, BID_TRANSFERS, Clause.BID_DEPOSIT, bid.get());
        }
    }

    private void citations() throws Halt {
        Optional<LeaseHistory.Work> work = history.work();
        equal(
                settlement.usageHead(),
                history.receipts().isEmpty()
                        ? Optional.empty()
                        : Optional.of(history.receipts().getLast().digest()),
                "usageHead");
        equal(settlement.result(), work.map(w -> w.result().digest()), "result");
        equal(
                settlement.verdict(),
                history.verdict()
                        .filter(audited -> audited.verdict().outcome() != Outcome.INCONCLUSIVE)
                        .map(audited -> audited.statement().digest()),
                "verdict");
    }

    /** The quantity that verification allows to be billed. */
    private long quantity() throws Halt {
        return switch (settlement.reason()) {
            case DONE -> {
                require(
                        history.work().isPresent() && !failed(),
                        "says done; the folder holds no result that stands");
                yield metered();
            }
            case AUDIT_FAILED -> {
                require(failed(), "says the audit failed; the folder holds no failed verdict");
                yield 0;
            }
            case OWNER -> timed();
            case FAILED -> billsAFailure() ? timed() : 0;
            case MANIFEST_TIMEOUT, PROVIDER_LOST -> 0;
            case NO_BIDS -> throw wrong("reason", "says no bids; there is a lease");
        };
    }

    /**
     * Whether time was billed though the attempt failed: lawful for containers alone, when it was
     * their tenant's doing. Whose doing it was, is not in here.
     */
    boolean billsAFailure() {
        return settlement.reason() == CloseReason.FAILED
                && settlement.quantity() != 0
                && history.lease().order().order().spec().work() instanceof Container;
    }

    private boolean failed() {
        return history.verdict()
                .filter(audited -> audited.verdict().outcome() == Outcome.FAIL)
                .isPresent();
    }

    /** What is billed without a result: time that was held, but no rows. */
    private long timed() {
        return lease.price().unit() == PriceUnit.THOUSAND_ROWS ? 0 : metered();
    }

    private long metered() {
        JobSpec spec = history.lease().order().order().spec();
        Usage usage =
                history.receipts().isEmpty()
                        ? Usage.NONE
                        : history.receipts().getLast().receipt().usage();
        return usage.quantity(lease.price().unit(), spec.devices());
    }

    /** At most the deposit, which is less than what no amount can hold. */
    private MicroAmount owed(long quantity) {
        try {
            return lease.price().owed(quantity).min(lease.deposit());
        } catch (ArithmeticException e) {
            return lease.deposit();
        }
    }

    private static void require(boolean condition, String problem) throws Halt {
        if (!condition) {
            throw wrong("reason", problem);
        }
    }

    private static void equal(Object actual, Object expected, String field) throws Halt {
        if (!actual.equals(expected)) {
            throw wrong(field, different(actual, expected));
        }
    }

    private static String different(Object actual, Object expected) {
        return "is " + actual + "; recomputed: " + expected;
    }

    private static Halt wrong(String field, String problem) {
        return Halt.refuted(FILE, "settlement." + field, Clause.SETTLEMENT, problem);
    }
}
