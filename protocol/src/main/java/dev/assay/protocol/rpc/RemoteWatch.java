package dev.assay.protocol.rpc;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.TenantService.Subscription;
import dev.assay.protocol.rpc.proto.Wire;

import java.util.Optional;
import java.util.function.Consumer;

/** The tenant's end of a watch. */
final class RemoteWatch extends RemoteStream<Wire.WatchRequest, Wire.WatchReply>
        implements Subscription {
    private final Consumer<OrderEvent> events;

    RemoteWatch(Consumer<OrderEvent> events) {
        this.events = events;
    }

    @Override
    boolean take(Wire.WatchReply reply) {
        if (reply.hasWatching()) {
            return false;
        }
        OrderEvent event = OrderEventCodec.read(reply.getEvent());
        events.accept(event);
        return event instanceof OrderEvent.Closed;
    }

    @Override
    public Optional<MarketException> failure() {
        return ended();
    }

    @Override
    public void close() {
        end("closed by the watcher");
    }
}
