package dev.assay.protocol.rpc;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The caller's end of a stream that the market answers: first that it accepts the call, then values
 * until one is the last. gRPC calls it on one thread at a time and asks for the next reply when the
 * consumer has returned from the last.
 *
 * @param <Q> what is sent
 * @param <A> what is received
 */
abstract class RemoteStream<Q, A> implements ClientResponseObserver<Q, A> {
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<Q> call;
    private volatile @Nullable MarketException failure;
    private volatile boolean over;

    /**
     * Takes a reply; says whether it was the last.
     *
     * @throws IllegalArgumentException the reply is malformed
     */
    abstract boolean take(A reply);

    /** The stream ended before its last reply, and nobody here ended it. */
    void lost(MarketException reason) {}

    @Override
    public final void beforeStart(ClientCallStreamObserver<Q> starting) {
        call = starting;
    }

    /** Returns when the market accepted the call. */
    final void awaitStart() throws MarketException {
        try {
            Answers.await(started);
        } catch (MarketException e) {
            end("not accepted in time");
            throw e;
        }
    }

    @Override
    public final void onNext(A reply) {
        started.complete(null);
        if (over) {
            return;
        }
        try {
            if (Statuses.received(() -> take(reply))) {
                over = true;
            }
        } catch (MarketException e) {
            fail(e);
            cancel(e.getMessage());
        }
    }

    @Override
    public final void onError(Throwable lost) {
        fail(Statuses.read(lost));
    }

    @Override
    public final void onCompleted() {
        fail(new MarketException(Code.UNAVAILABLE, "the market ended the stream too early"));
    }

    private void fail(MarketException reason) {
        boolean accepted = !started.completeExceptionally(reason);
        if (!over) {
            over = true;
            failure = reason;
            if (accepted) {
                lost(reason);
            }
        }
    }

    /** Why the stream ended before its last reply, when nobody here ended it. */
    final Optional<MarketException> ended() {
        return Optional.ofNullable(failure);
    }

    /** Ends the stream from here. */
    final void end(String reason) {
        over = true;
        cancel(reason);
    }

    private void cancel(@Nullable String reason) {
        if (call != null) {
            call.cancel(reason, null);
        }
    }
}
