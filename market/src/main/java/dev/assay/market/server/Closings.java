package dev.assay.market.server;

import dev.assay.market.escrow.Closing;
import dev.assay.market.escrow.Ending;
import dev.assay.market.escrow.Settlement;
import dev.assay.market.ledger.Account;
import dev.assay.market.ledger.Citation;
import dev.assay.market.reputation.Outcome;
import dev.assay.market.store.OutcomeTable.Measured;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.lease.LeaseState;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage.LeaseClosed;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.market.OrderEvent.Settled;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.SettlementPredicate;

import java.time.Duration;
import java.util.Optional;

/** Closes leases: settlement, transfers, reputation and the last events, all in one step. */
final class Closings {
    private final Notary notary;
    private final LeaseBook leases;

    Closings(Notary notary, LeaseBook leases) {
        this.notary = notary;
        this.leases = leases;
    }

    /** Closes a lease as a part of this step. */
    void close(Step step, LiveLease live, Ending ending, String detail) throws MarketException {
        Closing closing = new Closing(live.lease(), live.head(), ending);
        SettlementPredicate settlement = Settlement.of(closing, bidDeposit(step, live), step.now());
        Envelope envelope = notary.sign(settlement.statement());
        Citation cause = new Citation(Citation.Kind.SETTLEMENT, envelope.payloadDigest());
        for (SettlementPredicate.Transfer transfer : settlement.transfers()) {
            step.transfer(
                    new Account(transfer.from()),
                    new Account(transfer.to()),
                    settlement.denom(),
                    transfer.amount(),
                    cause);
        }
        step.tables().leases().move(live.row(), LeaseState.CLOSED);
        recordOutcome(step, live, closing, cause);
        LoggedEnvelope document = notary.log(envelope);
        step.event(live.order(), new Settled(document));
        step.event(live.order(), new Closed(closing.reason(), closing.cause(), detail));
        step.tell(
                live.provider(), new LeaseClosed(live.id(), closing.reason(), document.envelope()));
        step.afterwards(() -> leases.remove(live.id()));
    }

    private static MicroAmount bidDeposit(Step step, LiveLease live) {
        return step.tables()
                .ledger()
                .balance(
                        Account.bid(live.order(), live.provider()),
                        live.lease().lease().price().denom());
    }

    private static void recordOutcome(Step step, LiveLease live, Closing closing, Citation cause) {
        Work work = closing.lease().order().order().spec().work();
        Optional<Outcome.Kind> kind = closing.outcome();
        kind.ifPresent(
                outcome ->
                        step.tables()
                                .outcomes()
                                .insert(
                                        closing.lease().id(),
                                        closing.lease().lease().provider(),
                                        new Outcome(outcome, step.now()),
                                        cause.digest(),
                                        work.workload(),
                                        measured(live, closing)));
    }

    /**
     * What was done in how long, from the award to the result by the market's own clock: what the
     * provider says of its time would be said to win the next award.
     */
    private static Measured measured(LiveLease live, Closing closing) {
        return switch (closing.ending()) {
            case Ending.Passed passed ->
                    new Measured(
                            passed.result().rows(),
                            Duration.between(
                                    closing.lease().lease().createdOn(),
                                    live.result().orElseThrow().at()));
            case Ending.Unchallenged _, Ending.Refuted _, Ending.Unfinished _ -> Measured.NOTHING;
        };
    }
}
