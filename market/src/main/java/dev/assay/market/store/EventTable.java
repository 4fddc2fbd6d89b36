package dev.assay.market.store;

import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.json.JsonException;
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
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

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
        return switch (event) {
            case Opened opened -> opened.document().index();
            case Awarded awarded -> awarded.document().index();
            case ReceiptLogged receipt -> receipt.document().index();
            case ResultLogged result -> result.document().index();
            case VerdictLogged verdict -> verdict.document().index();
            case Settled settled -> settled.document().index();
            case BidPlaced _,
                    BidDeclined _,
                    Locked _,
                    AttemptChanged _,
                    Progressed _,
                    Fetching _,
                    Closed _ ->
                    null;
        };
    }
}
