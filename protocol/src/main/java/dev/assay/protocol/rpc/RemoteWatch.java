package dev.assay.protocol.rpc;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.TenantService.Subscription;
import dev.assay.protocol.rpc.proto.Wire;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The tenant's end of a watch. gRPC calls it on one thread at a time and asks for the next event
 * when the consumer has returned from the last.
 */
final class RemoteWatch
        implements ClientResponseObserver<Wire.WatchRequest, Wire.WatchReply>, Subscription {
    private final Consumer<OrderEvent> events;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<Wire.WatchRequest> call;
    private volatile @Nullable MarketException failure;
    private volatile boolean over;

    RemoteWatch(Consumer<OrderEvent> events) {
        this.events = events;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Wire.WatchRequest> starting) {
        call = starting;
    }

    /** Returns when the market accepted the watch. */
    void awaitStart() throws MarketException {
        try {
            Answers.await(started);
        } catch (MarketException e) {
            close();
            throw e;
        }
    }

    @Override
    public void onNext(Wire.WatchReply reply) {
        started.complete(null);
        if (over || reply.hasWatching()) {
            return;
        }
        try {
            OrderEvent event = Statuses.received(() -> OrderEventCodec.read(reply.getEvent()));
            over = event instanceof OrderEvent.Closed;
            events.accept(event);
        } catch (MarketException e) {
            fail(e);
            cancel(e.getMessage());
        }
    }

    @Override
    public void onError(Throwable lost) {
        fail(Statuses.read(lost));
    }

    @Override
    public void onCompleted() {
        fail(new MarketException(Code.UNAVAILABLE, "the watch ended before the order was closed"));
    }

    private void fail(MarketException reason) {
        if (!over) {
            over = true;
            failure = reason;
        }
        started.completeExceptionally(reason);
    }

    @Override
    public Optional<MarketException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public void close() {
        over = true;
        cancel("closed by the watcher");
    }

    private void cancel(@Nullable String reason) {
        if (call != null) {
            call.cancel(reason, null);
        }
    }
}
