package dev.assay.market.server;

import dev.assay.market.escrow.Ending;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.lease.OrderState;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Brings the market back to where it stopped: auctions that were open end without a lease, active
 * leases wait for their agents, results for their verdicts. Used on the state thread, once.
 */
final class Recovery {
    private final Steps steps;
    private final OrderArchive archive;
    private final OrderDesk orders;
    private final LeaseBook leases;
    private final LeaseTimers timers;
    private final Closings closings;

    Recovery(
            Steps steps,
            OrderArchive archive,
            OrderDesk orders,
            LeaseBook leases,
            LeaseTimers timers,
            Closings closings) {
        this.steps = steps;
        this.archive = archive;
        this.orders = orders;
        this.leases = leases;
        this.timers = timers;
        this.closings = closings;
    }

    /**
     * Checks the books and takes everything up again.
     *
     * @param logSize entries in the log; none that a row cites may be missing
     */
    void run(long logSize) throws MarketException {
        steps.read(tables -> tables.ledger().check());
        checkLog(logSize);
        for (OrderId order : steps.read(tables -> tables.orders().in(OrderState.OPEN))) {
            steps.take(
                    step ->
                            orders.close(
                                    step,
                                    archive.order(step.tables(), step.tables().events().of(order)),
                                    OrderState.EXPIRED,
                                    CloseReason.NO_BIDS,
                                    "the market restarted during the auction"));
        }
        leases.load();
        Set<KeyId> away = new LinkedHashSet<>();
        for (LiveLease lease : leases.active()) {
            away.add(lease.provider());
            resume(lease);
        }
        away.forEach(timers::away);
    }

    private void checkLog(long logSize) throws MarketException {
        long cited = steps.read(tables -> tables.events().citedLogSize());
        if (cited > logSize) {
            throw new MarketException(
                    Code.UNAVAILABLE,
                    "the transparency log has %d entries, but the market's database cites %d;"
                                    .formatted(logSize, cited)
                            + " restore the log from a copy");
        }
    }

    private void resume(LiveLease lease) throws MarketException {
        if (lease.row().stopping()) {
            steps.take(
                    step ->
                            closings.close(
                                    step,
                                    lease,
                                    new Ending.Unfinished(
                                            CloseReason.OWNER, Optional.of(Cause.CANCELLED)),
                                    "the tenant ended it"));
        } else if (lease.result().isPresent()) {
            timers.finish(lease.id(), lease.result().get().at());
        } else {
            timers.begin(lease);
        }
    }
}
