package dev.assay.market.store;

import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.OrderEvent.AttemptChanged;
import dev.assay.protocol.market.OrderEvent.Awarded;
import dev.assay.protocol.market.OrderEvent.BidDeclined;
import dev.assay.protocol.market.OrderEvent.BidPlaced;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.market.OrderEvent.Fetching;
import dev.assay.protocol.market.OrderEvent.Locked;
import dev.assay.protocol.market.OrderEvent.Opened;
import dev.assay.protocol.market.OrderEvent.Progressed;
import dev.assay.protocol.market.OrderEvent.ReceiptLogged;
import dev.assay.protocol.market.OrderEvent.ResultLogged;
import dev.assay.protocol.market.OrderEvent.Settled;
import dev.assay.protocol.market.OrderEvent.VerdictLogged;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What happened to each order, in order; with the signed documents, so it is their archive too. */
public final class EventTable {
    private final Handle handle;

    EventTable(Handle handle) {
        this.handle = handle;
    }

    /** Adds an order's next event. */
    public void append(OrderId order, Instant at, OrderEvent event) {
        handle.createUpdate(
                        """
                        INSERT INTO event (order_id, sequence, happened_at, log_index, body)
                        SELECT :order, COALESCE(MAX(sequence), 0) + 1, :at, :index, :body
                        FROM event WHERE order_id = :order
                        """)
                .bind("order", order.hex())
                .bind("at", at.toString())
                .bind("index", logIndex(event))
                .bind("body", EventWriter.write(event))
                .execute();
    }

    /** How long the log must be to hold every document that an event cites. */
    public long citedLogSize() {
        return handle.createQuery("SELECT COALESCE(MAX(log_index), -1) + 1 FROM event")
                .mapTo(Long.class)
                .one();
    }

    /** Takes documents that the log holds. */
    public interface Documents<X extends Exception> {
        void take(OrderId order, LoggedEnvelope document) throws X;
    }

    /** Hands on every document that the log holds, of every order, in the order of the log. */
    public <X extends Exception> void documents(Documents<X> documents) throws MarketException, X {
        record Row(OrderId order, String body) {}
        try (ResultIterator<Row> rows =
                handle.createQuery(
                                """
                                SELECT order_id, body FROM event
                                WHERE log_index IS NOT NULL ORDER BY log_index
                                """)
                        .map(
                                (row, context) ->
                                        new Row(
                                                OrderId.parse(row.getString("order_id")),
                                                row.getString("body")))
                        .iterator()) {
            while (rows.hasNext()) {
                Row row = rows.next();
                Optional<LoggedEnvelope> document = document(event(row.order(), row.body()));
                if (document.isPresent()) {
                    documents.take(row.order(), document.get());
                }
            }
        }
    }

    private static OrderEvent event(OrderId order, String body) throws MarketException {
        try {
            return EventReader.read(body);
        } catch (JsonException e) {
            throw new MarketException(
                    Code.UNAVAILABLE,
                    "order %s: %s; restore the market's database"
                            .formatted(order.brief(), e.getMessage()),
                    e);
        }
    }

    /** An order's events, oldest first. */
    public List<EventRow> of(OrderId order) throws MarketException {
        record Row(Instant at, String body) {}
        List<Row> rows =
                handle.createQuery("SELECT * FROM event WHERE order_id = :order ORDER BY sequence")
                        .bind("order", order.hex())
                        .map(
                                (row, context) ->
                                        new Row(
                                                Instant.parse(row.getString("happened_at")),
                                                row.getString("body")))
                        .list();
        List<EventRow> events = new ArrayList<>();
        for (Row row : rows) {
            try {
                events.add(new EventRow(row.at(), EventReader.read(row.body())));
            } catch (JsonException e) {
                throw new MarketException(
                        Code.UNAVAILABLE,
                        "order %s, event %d: %s; restore the market's database"
                                .formatted(order.brief(), events.size() + 1, e.getMessage()),
                        e);
            }
        }
        return events;
    }

    private static @Nullable Long logIndex(OrderEvent event) {
        return document(event).map(LoggedEnvelope::index).orElse(null);
    }

    /** The document that the log holds of an event. */
    private static Optional<LoggedEnvelope> document(OrderEvent event) {
        return switch (event) {
            case Opened opened -> Optional.of(opened.document());
            case Awarded awarded -> Optional.of(awarded.document());
            case ReceiptLogged receipt -> Optional.of(receipt.document());
            case ResultLogged result -> Optional.of(result.document());
            case VerdictLogged verdict -> Optional.of(verdict.document());
            case Settled settled -> Optional.of(settled.document());
            case BidPlaced _,
                    BidDeclined _,
                    Locked _,
                    AttemptChanged _,
                    Progressed _,
                    Fetching _,
                    Closed _ ->
                    Optional.empty();
        };
    }
}
