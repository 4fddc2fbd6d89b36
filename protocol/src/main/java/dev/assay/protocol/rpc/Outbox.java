package dev.assay.protocol.rpc;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;

import io.grpc.stub.ServerCallStreamObserver;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a server stream has yet to send, in order and bounded: at most {@value #LIMIT} messages wait
 * for the peer. A sender that meets a full outbox is held up for the outbox's patience; if there is
 * still no room the stream ends, because its peer does not keep up. Thread-safe.
 */
final class Outbox<T> {
    static final int LIMIT = 1_024;

    private final ServerCallStreamObserver<T> call;
    private final Duration patience;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<T> waiting = new ArrayDeque<>();
    private boolean open = true;

    /** To be called before the method that received {@code call} returns. */
    Outbox(ServerCallStreamObserver<T> call, Duration patience) {
        this.call = call;
        this.patience = patience;
        call.setOnReadyHandler(this::flush);
        call.setOnCancelHandler(this::lost);
        call.setOnCloseHandler(this::lost);
    }

    /** Sends a message, unless the stream has ended. */
    void send(T message) {
        lock.lock();
        try {
            if (!awaitRoom()) {
                fail(new MarketException(Code.UNAVAILABLE, "too slow: " + LIMIT + " unread"));
            } else if (open) {
                waiting.add(message);
                flush();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Sends what waits, then ends the stream. */
    void complete() {
        lock.lock();
        try {
            if (close()) {
                waiting.forEach(call::onNext);
                call.onCompleted();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Sends what waits, then ends the stream with a failure. */
    void fail(MarketException failure) {
        lock.lock();
        try {
            if (close()) {
                waiting.forEach(call::onNext);
                call.onError(Statuses.write(failure));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Runs {@code action} when the stream has ended, on either side; at once if it has. */
    void whenEnded(Runnable action) {
        var _ = ended.thenRun(action);
    }

    /** Whether there is room, or the stream has ended and needs none. */
    private boolean awaitRoom() {
        try {
            long nanos = patience.toNanos();
            while (open && waiting.size() >= LIMIT && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !open || waiting.size() < LIMIT;
    }

    private void flush() {
        lock.lock();
        try {
            while (open && !waiting.isEmpty() && call.isReady()) {
                call.onNext(waiting.remove());
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void lost() {
        lock.lock();
        try {
            close();
            waiting.clear();
        } finally {
            lock.unlock();
        }
        ended.complete(null);
    }

    private boolean close() {
        boolean wasOpen = open;
        open = false;
        changed.signalAll();
        return wasOpen;
    }
}
