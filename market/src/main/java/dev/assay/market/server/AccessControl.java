package dev.assay.market.server;

import dev.assay.market.store.EventRow;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.VerifiedAccess;
import dev.assay.verification.attest.VerifiedOrder;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.AccessPredicate;
import dev.assay.verification.statement.Statement;

import java.time.InstantSource;
import java.util.List;

/**
 * Whether a request for what is an order's tenant's alone is that tenant's. On the state thread.
 */
final class AccessControl {
    private final Steps steps;
    private final Keyring keyring;
    private final OrderArchive archive;
    private final InstantSource clock;

    AccessControl(Steps steps, Keyring keyring, OrderArchive archive, InstantSource clock) {
        this.steps = steps;
        this.keyring = keyring;
        this.archive = archive;
        this.clock = clock;
    }

    /** Evidence that the tenant of an order that is not closed asks for access to it. */
    VerifiedAccess verify(Bytes request) throws MarketException {
        try {
            Envelope envelope = Envelope.parse(request.toArray());
            OrderId named = order(envelope);
            return steps.read(
                    tables -> {
                        List<EventRow> events = tables.events().of(named);
                        if (events.isEmpty()) {
                            throw new MarketException(
                                    Code.UNKNOWN, "there is no order " + named.brief());
                        }
                        if (events.getLast().event() instanceof OrderEvent.Closed) {
                            throw new MarketException(
                                    Code.TOO_LATE, "order %s has ended".formatted(named.brief()));
                        }
                        VerifiedOrder order = archive.order(tables, events);
                        try {
                            return VerifiedAccess.verify(
                                    envelope,
                                    keyring.require(tables, order.order().tenant()),
                                    order,
                                    clock.instant());
                        } catch (VerificationException e) {
                            throw Refusals.refused("access", e);
                        }
                    });
        } catch (VerificationException e) {
            throw Refusals.refused("access", e);
        }
    }

    /** The order that a request names, whoever signed it. */
    private static OrderId order(Envelope envelope) throws MarketException {
        try {
            if (Statement.parse(envelope.payload()).predicate() instanceof AccessPredicate access) {
                return access.order();
            }
            throw new MarketException(Code.REFUSED, "access: the statement is of another kind");
        } catch (JsonException e) {
            throw new MarketException(Code.REFUSED, "access: " + e.getMessage(), e);
        }
    }
}
