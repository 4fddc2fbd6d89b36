package dev.assay.protocol.rpc;

import dev.assay.protocol.market.MarketException;

import io.grpc.stub.ServerCallStreamObserver;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The streams that a server has open, so that it can end them. Thread-safe. */
final class OpenStreams {
    private final Set<Outbox<?>> outboxes = ConcurrentHashMap.newKeySet();

    /** To be called before the method that received {@code call} returns. */
    <T> Outbox<T> open(ServerCallStreamObserver<T> call, Duration patience) {
        Outbox<T> outbox = new Outbox<>(call, patience);
        outboxes.add(outbox);
        outbox.whenEnded(() -> outboxes.remove(outbox));
        return outbox;
    }

    /** Ends every stream with this failure. */
    void failAll(MarketException failure) {
        outboxes.forEach(outbox -> outbox.fail(failure));
    }
}
