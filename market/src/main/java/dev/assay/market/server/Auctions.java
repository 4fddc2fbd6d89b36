package dev.assay.market.server;

import dev.assay.market.auction.Admission;
import dev.assay.market.auction.Bid;
import dev.assay.market.ledger.Account;
import dev.assay.market.server.Agents.Agent;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.lease.OrderState;
import dev.assay.protocol.market.AgentMessage.Decline;
import dev.assay.protocol.market.AgentMessage.PlaceBid;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage.Offer;
import dev.assay.protocol.market.OrderEvent.BidDeclined;
import dev.assay.protocol.market.OrderEvent.BidPlaced;
import dev.assay.protocol.market.RankedBid;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.attest.VerifiedOrder;
import dev.assay.verification.dsse.Envelope;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The auctions that are open. An order is offered to every agent that is connected, or connects
 * while bids are taken; it closes when all have answered, or when its window ends. Used on the
 * state thread.
 */
final class Auctions {
    private final StateThread state;
    private final MarketConfig config;
    private final Steps steps;
    private final Agents agents;
    private final LeaseBook leases;
    private final OrderDesk orders;
    private final Awards awards;
    private final Map<OrderId, OpenAuction> open = new LinkedHashMap<>();

    Auctions(
            StateThread state,
            MarketConfig config,
            Steps steps,
            Agents agents,
            LeaseBook leases,
            OrderDesk orders,
            Awards awards) {
        this.state = state;
        this.config = config;
        this.steps = steps;
        this.agents = agents;
        this.leases = leases;
        this.orders = orders;
        this.awards = awards;
    }

    /** Opens an order and its auction. */
    OrderId submit(Envelope envelope) throws MarketException {
        List<VerifiedOrder> opened = new ArrayList<>();
        steps.take(step -> opened.add(orders.open(step, envelope)));
        OpenAuction auction = new OpenAuction(opened.getFirst());
        open.put(auction.id(), auction);
        agents.all().forEach(agent -> offer(agent, auction));
        state.later(config.auctionWindow(), () -> close(auction));
        return auction.id();
    }

    /** An agent connected: it may bid on what is open. */
    void joined(Agent agent) {
        open.values().forEach(auction -> offer(agent, auction));
    }

    /** An agent went away: nobody waits for its answer. */
    void left(KeyId provider) throws MarketException {
        for (OpenAuction auction : List.copyOf(open.values())) {
            auction.gone(provider);
            closeIfComplete(auction);
        }
    }

    void bid(Agent agent, PlaceBid bid) throws MarketException {
        OpenAuction auction = require(bid.order());
        Optional<String> refusal = refusal(agent, auction, bid.rate());
        if (refusal.isPresent()) {
            decline(agent, auction, refusal.get());
            throw new MarketException(Code.REFUSED, "bid refused: " + refusal.get());
        }
        Bid admitted =
                new Bid(
                        agent.provider(),
                        agent.name(),
                        auction.order().order().spec().maxPrice().at(bid.rate()),
                        config.bidDeposit());
        steps.take(step -> place(step, auction, admitted));
        auction.admit(admitted);
        auction.answered(agent.provider());
        closeIfComplete(auction);
    }

    void decline(Agent agent, Decline decline) throws MarketException {
        OpenAuction auction = require(decline.order());
        decline(agent, auction, Text.bounded(decline.reason()));
    }

    /** The tenant withdraws an order that is open for bids; false when its auction is over. */
    boolean cancel(OrderId order) throws MarketException {
        OpenAuction auction = open.get(order);
        if (auction == null) {
            return false;
        }
        steps.take(
                step ->
                        orders.close(
                                step,
                                auction.order(),
                                OrderState.CANCELLED,
                                CloseReason.OWNER,
                                "the tenant withdrew the order"));
        open.remove(order);
        return true;
    }

    private void offer(Agent agent, OpenAuction auction) {
        auction.offeredTo(agent.provider());
        agent.tell(new Offer(auction.id(), auction.envelope()));
    }

    private void decline(Agent agent, OpenAuction auction, String reason) throws MarketException {
        steps.take(
                step ->
                        step.event(
                                auction.id(),
                                new BidDeclined(agent.provider(), agent.name(), reason)));
        auction.answered(agent.provider());
        closeIfComplete(auction);
    }

    private Optional<String> refusal(Agent agent, OpenAuction auction, MicroAmount rate)
            throws MarketException {
        if (agent.provider().equals(auction.order().order().auditor())) {
            return Optional.of("the order's auditor cannot be its provider");
        }
        Optional<String> refusal =
                Admission.refusal(
                        auction.order().order().spec(),
                        agent.provider(),
                        rate,
                        agent.capacity(),
                        leases.held(agent.provider()),
                        auction.bids());
        MicroAmount balance =
                steps.read(
                        tables ->
                                tables.ledger()
                                        .balance(
                                                Account.provider(agent.provider()),
                                                auction.denom()));
        return refusal.isEmpty() && balance.compareTo(config.bidDeposit()) < 0
                ? Optional.of(
                        "the provider's account does not cover the bid deposit of %s %s"
                                .formatted(config.bidDeposit(), auction.denom()))
                : refusal;
    }

    private static void place(Step step, OpenAuction auction, Bid bid) throws MarketException {
        step.tables().orders().insert(auction.id(), bid);
        step.transfer(
                Account.provider(bid.provider()),
                Account.bid(auction.id(), bid.provider()),
                auction.denom(),
                bid.deposit(),
                OrderDesk.cites(auction.id()));
        step.event(
                auction.id(),
                new BidPlaced(
                        bid.provider(),
                        bid.providerName(),
                        bid.price(),
                        Awards.rowsPerSecond(
                                step.tables(),
                                bid.provider(),
                                auction.order().order().spec().work())));
    }

    private void closeIfComplete(OpenAuction auction) throws MarketException {
        if (auction.isComplete()) {
            close(auction);
        }
    }

    private void close(OpenAuction auction) throws MarketException {
        if (!open.containsKey(auction.id())) {
            return;
        }
        steps.take(
                step -> {
                    List<RankedBid> ranking = awards.ranking(step.tables(), auction, step.now());
                    if (ranking.isEmpty()
                            || !auction.order().order().deadline().isAfter(step.now())) {
                        orders.close(
                                step,
                                auction.order(),
                                OrderState.EXPIRED,
                                CloseReason.NO_BIDS,
                                "no provider offered an acceptable bid");
                    } else {
                        awards.award(step, auction, ranking);
                    }
                });
        open.remove(auction.id());
    }

    private OpenAuction require(OrderId order) throws MarketException {
        OpenAuction auction = open.get(order);
        if (auction == null) {
            throw new MarketException(
                    Code.TOO_LATE, "order " + order.brief() + " is not open for bids");
        }
        return auction;
    }
}
