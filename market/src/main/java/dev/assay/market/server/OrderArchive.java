package dev.assay.market.server;

import dev.assay.market.store.EventRow;
import dev.assay.market.store.Tables;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.OrderEvent.Opened;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.VerifiedOrder;
import dev.assay.verification.dsse.Envelope;

import java.util.List;

/** The signed documents in orders' events, verified again when they are read. */
final class OrderArchive {
    private final Keyring keyring;

    OrderArchive(Keyring keyring) {
        this.keyring = keyring;
    }

    /** The order that these events are of. */
    VerifiedOrder order(Tables tables, List<EventRow> events) throws MarketException {
        try {
            Envelope order = envelope(only(events, Opened.class).document());
            return VerifiedOrder.verify(order, keyring.require(tables, order.keyId()));
        } catch (VerificationException e) {
            throw Refusals.damaged("an order in the market's database", e);
        }
    }

    /** The one event of a kind. */
    static <E extends OrderEvent> E only(List<EventRow> events, Class<E> kind)
            throws MarketException {
        return events.stream()
                .map(EventRow::event)
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElseThrow(
                        () ->
                                new MarketException(
                                        Code.UNAVAILABLE,
                                        "an order in the market's database lacks its "
                                                + kind.getSimpleName()
                                                + " event; restore the database"));
    }

    static Envelope envelope(LoggedEnvelope document) throws VerificationException {
        return Envelope.parse(document.envelope().toArray());
    }
}
