package dev.assay.market.server;

import dev.assay.market.auction.Admission;
import dev.assay.market.auction.BestValue;
import dev.assay.market.auction.Bid;
import dev.assay.market.ledger.Citation;
import dev.assay.market.reputation.Reputation;
import dev.assay.market.store.LeaseRow;
import dev.assay.market.store.Tables;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.lease.BidState;
import dev.assay.protocol.lease.OrderState;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.OrderEvent.Awarded;
import dev.assay.protocol.market.OrderEvent.Locked;
import dev.assay.protocol.market.RankedBid;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.OrderPredicate;

import java.time.Instant;
import java.util.List;

/** Turns the best bid of an auction into a lease. Used on the state thread. */
final class Awards {
    private final MarketConfig config;
    private final Keyring keyring;
    private final Notary notary;
    private final Agents agents;
    private final LeaseBook leases;
    private final LeaseTimers timers;
    private final OrderDesk orders;

    Awards(
            MarketConfig config,
            Keyring keyring,
            Notary notary,
            Agents agents,
            LeaseBook leases,
            LeaseTimers timers,
            OrderDesk orders) {
        this.config = config;
        this.keyring = keyring;
        this.notary = notary;
        this.agents = agents;
        this.leases = leases;
        this.timers = timers;
        this.orders = orders;
    }

    /**
     * The bids that can still be kept, best first: the agent is connected and has room, which it
     * may have lost to another order since.
     */
    List<RankedBid> ranking(Tables tables, OpenAuction auction, Instant now) {
        return BestValue.rank(
                auction.bids().stream()
                        .filter(bid -> canKeep(auction, bid))
                        .map(bid -> candidate(tables, auction, bid, now))
                        .toList());
    }

    /** What was measured of a provider on a workload before. */
    static long rowsPerSecond(Tables tables, KeyId provider, Work work) {
        return tables.outcomes().rowsPerSecond(provider, work.workload());
    }

    /** Creates the lease, locks the deposit and returns the other bids' deposits, in this step. */
    void award(Step step, OpenAuction auction, List<RankedBid> ranking) throws MarketException {
        RankedBid winner = ranking.getFirst();
        Envelope terms = notary.sign(terms(auction, winner, step.now()).statement());
        LiveLease lease = live(step, auction, winner.provider(), terms);
        step.tables().orders().move(auction.id(), OrderState.MATCHED);
        step.tables().orders().move(auction.id(), winner.provider(), BidState.WON);
        step.tables().leases().insert(lease.row());
        orders.returnBids(
                step,
                auction.order(),
                BidState.LOST,
                new Citation(Citation.Kind.LEASE, lease.id().digest()));
        LoggedEnvelope document = notary.log(terms);
        step.event(auction.id(), new Awarded(lease.id(), document, ranking));
        step.event(
                auction.id(),
                new Locked(lease.id(), lease.lease().lease().deposit(), auction.denom()));
        step.tell(
                winner.provider(), new Award(lease.id(), document.envelope(), auction.envelope()));
        step.afterwards(
                () -> {
                    leases.add(lease);
                    timers.begin(lease);
                });
    }

    private boolean canKeep(OpenAuction auction, Bid bid) {
        return agents.find(bid.provider())
                .filter(
                        agent ->
                                Admission.hasRoom(
                                        auction.order().order().spec().resources(),
                                        agent.capacity(),
                                        leases.held(bid.provider())))
                .isPresent();
    }

    private static BestValue.Candidate candidate(
            Tables tables, OpenAuction auction, Bid bid, Instant now) {
        return new BestValue.Candidate(
                bid,
                rowsPerSecond(tables, bid.provider(), auction.order().order().spec().work()),
                Reputation.score(tables.outcomes().of(bid.provider()), now));
    }

    private LeasePredicate terms(OpenAuction auction, RankedBid winner, Instant now) {
        OrderPredicate asked = auction.order().order();
        return new LeasePredicate(
                auction.id(),
                asked.spec().digest(),
                asked.tenant(),
                winner.provider(),
                asked.auditor(),
                winner.price(),
                asked.deposit(),
                config.fees(auction.denom()),
                asked.seedCommitment(),
                now,
                asked.deadline());
    }

    private LiveLease live(Step step, OpenAuction auction, KeyId provider, Envelope terms)
            throws MarketException {
        try {
            VerifiedLease lease = VerifiedLease.verify(terms, notary.key(), auction.order());
            return new LiveLease(
                    LeaseRow.first(lease.id(), auction.id(), provider),
                    lease,
                    keyring.require(step.tables(), provider));
        } catch (VerificationException e) {
            throw Refusals.damaged("lease", e);
        }
    }
}
