package dev.assay.market.escrow;

import dev.assay.market.ledger.Account;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.lease.Fault;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.SettlementPredicate.Purpose;
import dev.assay.verification.statement.SettlementPredicate.Transfer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a lease's deposit is divided, computed from its closing alone. What is owed is recomputed
 * from the cumulative verified quantity, so a receipt that is repeated or came late changes
 * nothing, and {@code payment + fees + refund = deposit} always.
 */
public final class Settlement {
    private Settlement() {}

    /**
     * The settlement of a lease.
     *
     * @param bidDeposit what stands behind the winning bid
     */
    public static SettlementPredicate of(Closing closing, MicroAmount bidDeposit, Instant now) {
        LeasePredicate lease = closing.lease().lease();
        long quantity = quantity(closing);
        MicroAmount owed = owed(lease.price(), quantity).min(lease.deposit());
        List<Transfer> transfers = new ArrayList<>();
        payment(transfers, lease, owed);
        move(transfers, Purpose.REFUND, escrow(lease), tenant(lease), lease.deposit().minus(owed));
        Account bid = Account.bid(lease.order(), lease.provider());
        if (slashes(closing)) {
            move(transfers, Purpose.SLASH, bid, tenant(lease), bidDeposit);
        } else {
            move(transfers, Purpose.BID_DEPOSIT, bid, provider(lease), bidDeposit);
        }
        return new SettlementPredicate(
                closing.lease().id(),
                closing.reason(),
                lease.price().denom(),
                quantity,
                owed,
                closing.head().map(receipt -> receipt.digest()),
                closing.result(),
                closing.verdict(),
                transfers,
                now);
    }

    private static void payment(List<Transfer> transfers, LeasePredicate lease, MicroAmount owed) {
        FeeSchedule.Split split = lease.fees().split(owed);
        move(transfers, Purpose.PAYMENT, escrow(lease), provider(lease), split.provider());
        split.pools()
                .forEach(
                        (pool, fee) ->
                                move(
                                        transfers,
                                        Purpose.FEE,
                                        escrow(lease),
                                        Account.pool(pool),
                                        fee));
    }

    /** What is billed: what receipts claim and verification allows. */
    private static long quantity(Closing closing) {
        return switch (closing.ending()) {
            case Ending.Passed passed -> {
                long claimed = claimed(closing);
                yield unit(closing) == PriceUnit.THOUSAND_ROWS
                        ? Math.min(claimed, passed.result().rows())
                        : claimed;
            }
            case Ending.Unchallenged _ -> claimed(closing);
            case Ending.Refuted _ -> 0;
            case Ending.Unfinished unfinished ->
                    isTime(unit(closing)) && paysTime(closing, unfinished) ? claimed(closing) : 0;
        };
    }

    /**
     * Whether the time of unfinished work is owed: when its tenant ended it. That it failed by the
     * tenant's doing is the provider's word alone, and pays only for containers, whose length and
     * end are the tenant's choice and whose work nobody computes again anyway.
     */
    private static boolean paysTime(Closing closing, Ending.Unfinished unfinished) {
        boolean tenantsDoing =
                unfinished.fault() == Fault.TENANT
                        || unfinished.cause().equals(Optional.of(Cause.DEADLINE));
        return switch (closing.lease().order().order().spec().work()) {
            case Inference _, Training _ -> unfinished.reason() == CloseReason.OWNER;
            case Container _ -> tenantsDoing;
        };
    }

    private static long claimed(Closing closing) {
        JobSpec spec = closing.lease().order().order().spec();
        Usage usage = closing.head().map(receipt -> receipt.receipt().usage()).orElse(Usage.NONE);
        return usage.quantity(unit(closing), spec.devices());
    }

    private static PriceUnit unit(Closing closing) {
        return closing.lease().lease().price().unit();
    }

    private static boolean isTime(PriceUnit unit) {
        return switch (unit) {
            case GPU_HOUR, CPU_HOUR -> true;
            case THOUSAND_ROWS -> false;
        };
    }

    /** More than any amount can hold is more than any deposit. */
    private static MicroAmount owed(Price price, long quantity) {
        try {
            return price.owed(quantity);
        } catch (ArithmeticException e) {
            return MicroAmount.of(Long.MAX_VALUE);
        }
    }

    private static boolean slashes(Closing closing) {
        return switch (closing.reason()) {
            case AUDIT_FAILED, MANIFEST_TIMEOUT, PROVIDER_LOST -> true;
            case DONE, OWNER, NO_BIDS, FAILED -> false;
        };
    }

    private static void move(
            List<Transfer> transfers, Purpose purpose, Account from, Account to, MicroAmount of) {
        if (!of.isZero()) {
            transfers.add(new Transfer(purpose, from.name(), to.name(), of));
        }
    }

    private static Account escrow(LeasePredicate lease) {
        return Account.escrow(lease.order());
    }

    private static Account tenant(LeasePredicate lease) {
        return Account.tenant(lease.tenant());
    }

    private static Account provider(LeasePredicate lease) {
        return Account.provider(lease.provider());
    }
}
