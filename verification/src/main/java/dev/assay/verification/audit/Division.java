package dev.assay.verification.audit;

import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.SettlementPredicate;
import dev.assay.verification.statement.SettlementPredicate.Purpose;
import dev.assay.verification.statement.SettlementPredicate.Transfer;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where the money of a lease goes, by its terms: of the deposit, what is owed to the provider and
 * the pools, and the rest to the tenant; the bid's deposit back, or to the tenant.
 */
public record Division(LeasePredicate lease) {
    private static final Set<Purpose> BID_PURPOSES = EnumSet.of(Purpose.BID_DEPOSIT, Purpose.SLASH);

    /** Ends by which the provider loses its bid's deposit. */
    private static final Set<CloseReason> SLASHING =
            EnumSet.of(
                    CloseReason.AUDIT_FAILED,
                    CloseReason.MANIFEST_TIMEOUT,
                    CloseReason.PROVIDER_LOST);

    /**
     * How a settlement's transfers differ from those that are due, if they do.
     *
     * @param owed at most the deposit
     */
    public Optional<String> difference(SettlementPredicate settlement, MicroAmount owed) {
        FeeSchedule.Split split = lease.fees().split(owed);
        List<Transfer> due = new ArrayList<>();
        due.add(transfer(Purpose.PAYMENT, provider(), split.provider()));
        split.pools().forEach((pool, fee) -> due.add(transfer(Purpose.FEE, "pool:" + pool, fee)));
        due.add(
                transfer(
                        Purpose.REFUND,
                        "tenant:" + lease.tenant().hex(),
                        lease.deposit().minus(owed)));
        due.removeIf(transfer -> transfer.amount().isZero());
        List<Transfer> made = new ArrayList<>(settlement.transfers());
        made.removeIf(transfer -> BID_PURPOSES.contains(transfer.purpose()));
        for (Transfer transfer : due) {
            if (!made.remove(transfer)) {
                return Optional.of("recomputed, but not made: " + transfer);
            }
        }
        return made.isEmpty()
                ? Optional.empty()
                : Optional.of("made, but not recomputed: " + made.getFirst());
    }

    /**
     * What is wrong with where the bid's deposit went: back to the provider, or to the tenant when
     * the provider failed it. How much it was, the lease does not say.
     */
    public Optional<String> wrongBidDeposit(SettlementPredicate settlement) {
        List<Transfer> bid =
                settlement.transfers().stream()
                        .filter(transfer -> BID_PURPOSES.contains(transfer.purpose()))
                        .toList();
        if (bid.size() > 1) {
            return Optional.of("is divided twice: " + bid);
        }
        boolean slashed = SLASHING.contains(settlement.reason());
        for (Transfer transfer : bid) {
            Transfer due =
                    new Transfer(
                            slashed ? Purpose.SLASH : Purpose.BID_DEPOSIT,
                            "bid:" + lease.order().hex() + ":" + lease.provider().hex(),
                            slashed ? "tenant:" + lease.tenant().hex() : provider(),
                            transfer.amount());
            if (!transfer.equals(due)) {
                return Optional.of("is " + transfer + "; recomputed: " + due);
            }
        }
        return Optional.empty();
    }

    private Transfer transfer(Purpose purpose, String to, MicroAmount amount) {
        return new Transfer(purpose, "escrow:" + lease.order().hex(), to, amount);
    }

    private String provider() {
        return "provider:" + lease.provider().hex();
    }
}
