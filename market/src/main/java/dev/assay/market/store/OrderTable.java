package dev.assay.market.store;

import dev.assay.market.auction.Bid;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.BidState;
import dev.assay.protocol.lease.OrderState;
import dev.assay.protocol.money.MicroAmount;

import org.jdbi.v3.core.Handle;

import java.util.List;
import java.util.Optional;

/** Orders and the bids on them. */
public final class OrderTable {
    private final Handle handle;

    OrderTable(Handle handle) {
        this.handle = handle;
    }

    /** Adds an order in its first state. */
    public void insert(OrderId order) {
        handle.createUpdate("INSERT INTO orders (id, state) VALUES (:id, :state)")
                .bind("id", order.hex())
                .bind("state", OrderState.LIFECYCLE.initial().name())
                .execute();
    }

    public Optional<OrderState> state(OrderId order) {
        return handle.createQuery("SELECT state FROM orders WHERE id = :id")
                .bind("id", order.hex())
                .mapTo(String.class)
                .findOne()
                .map(OrderState::valueOf);
    }

    /** The orders that stand in a state. */
    public List<OrderId> in(OrderState state) {
        return handle.createQuery("SELECT id FROM orders WHERE state = :state ORDER BY id")
                .bind("state", state.name())
                .map((row, context) -> OrderId.parse(row.getString("id")))
                .list();
    }

    /** Moves an order along its lifecycle. */
    public void move(OrderId order, OrderState to) {
        OrderState from = state(order).orElseThrow();
        handle.createUpdate("UPDATE orders SET state = :state WHERE id = :id")
                .bind("state", OrderState.LIFECYCLE.move(from, to).name())
                .bind("id", order.hex())
                .execute();
    }

    /** Adds a bid in its first state. */
    public void insert(OrderId order, Bid bid) {
        handle.createUpdate(
                        """
                        INSERT INTO bid (order_id, provider, provider_name, rate, deposit, state)
                        VALUES (:order, :provider, :name, :rate, :deposit, :state)
                        """)
                .bind("order", order.hex())
                .bind("provider", bid.provider().hex())
                .bind("name", bid.providerName())
                .bind("rate", bid.price().rate().micros())
                .bind("deposit", bid.deposit().micros())
                .bind("state", BidState.LIFECYCLE.initial().name())
                .execute();
    }

    /** The providers whose bids on an order stand in a state, with the deposits behind them. */
    public List<BidDeposit> bids(OrderId order, BidState state) {
        return handle.createQuery(
                        """
                        SELECT provider, deposit FROM bid
                        WHERE order_id = :order AND state = :state ORDER BY provider
                        """)
                .bind("order", order.hex())
                .bind("state", state.name())
                .map(
                        (row, context) ->
                                new BidDeposit(
                                        KeyId.parse(row.getString("provider")),
                                        MicroAmount.of(row.getLong("deposit"))))
                .list();
    }

    /** Moves an open bid to its end. */
    public void move(OrderId order, KeyId provider, BidState to) {
        handle.createUpdate(
                        """
                        UPDATE bid SET state = :state WHERE order_id = :order AND provider = :provider
                        """)
                .bind("state", BidState.LIFECYCLE.move(BidState.OPEN, to).name())
                .bind("order", order.hex())
                .bind("provider", provider.hex())
                .execute();
    }

    /** A provider and the deposit behind its bid. */
    public record BidDeposit(KeyId provider, MicroAmount deposit) {}
}
