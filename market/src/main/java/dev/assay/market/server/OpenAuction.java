package dev.assay.market.server;

import dev.assay.market.auction.Bid;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.money.Denom;
import dev.assay.verification.attest.VerifiedOrder;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An order while bids are taken: the bids so far, and the agents that have not answered. Used on
 * the state thread.
 */
final class OpenAuction {
    private final VerifiedOrder order;
    private final List<Bid> bids = new ArrayList<>();
    private final Set<KeyId> waitingFor = new HashSet<>();
    private boolean answered;

    OpenAuction(VerifiedOrder order) {
        this.order = order;
    }

    VerifiedOrder order() {
        return order;
    }

    OrderId id() {
        return order.id();
    }

    Bytes envelope() {
        return order.statement().bytes();
    }

    Denom denom() {
        return order.order().spec().maxPrice().denom();
    }

    List<Bid> bids() {
        return List.copyOf(bids);
    }

    void offeredTo(KeyId provider) {
        waitingFor.add(provider);
    }

    void admit(Bid bid) {
        bids.add(bid);
    }

    /** An agent has answered, with a bid or without. */
    void answered(KeyId provider) {
        answered |= waitingFor.remove(provider);
    }

    /** An agent went away before it answered. */
    void gone(KeyId provider) {
        waitingFor.remove(provider);
    }

    /** Whether nobody is left who could still bid. */
    boolean isComplete() {
        return answered && waitingFor.isEmpty();
    }
}
