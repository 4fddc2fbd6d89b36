package dev.assay.protocol.rpc;

import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentService.AgentConnection;
import dev.assay.protocol.market.AgentService.MarketListener;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.rpc.proto.Wire;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The agent's end of its connection. Answers are taken as they come; messages wait in a bounded
 * inbox for the listener, which one virtual thread calls, so a listener may send and wait for the
 * answer.
 */
final class RemoteConnection
        implements ClientResponseObserver<Wire.AgentFrame, Wire.MarketFrame>, AgentConnection {
    private static final int INBOX_LIMIT = 1_024;

    private final MarketListener listener;

    /** What the listener is to receive, in order; empty when the connection ended. */
    private final BlockingQueue<Optional<MarketMessage>> inbox = new LinkedBlockingQueue<>();

    private volatile boolean closed;

    /** The fields below are guarded by this. */
    private final Map<Long, CompletableFuture<Void>> unanswered = new HashMap<>();

    private @Nullable ClientCallStreamObserver<Wire.AgentFrame> call;
    private @Nullable MarketException ended;
    private long lastSequence;

    RemoteConnection(MarketListener listener) {
        this.listener = listener;
    }

    @Override
    public synchronized void beforeStart(ClientCallStreamObserver<Wire.AgentFrame> starting) {
        call = starting;
    }

    /** Introduces the agent; the listener is called only if the market accepts it. */
    void open(AgentHello hello) throws MarketException {
        try {
            ask(Wire.AgentFrame.newBuilder().setHello(AgentMessageCodec.write(hello)));
        } catch (MarketException e) {
            end(e);
            throw e;
        }
        var _ = Thread.ofVirtual().name("market messages").start(this::deliver);
    }

    @Override
    public void send(AgentMessage message) throws MarketException {
        ask(Wire.AgentFrame.newBuilder().setMessage(AgentMessageCodec.write(message)));
    }

    @Override
    public void close() {
        closed = true;
        end(new MarketException(Code.UNAVAILABLE, "closed by the agent"));
    }

    /** Sends a frame and returns when the market has taken it. */
    private void ask(Wire.AgentFrame.Builder frame) throws MarketException {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        long sequence = post(frame, answer);
        try {
            Answers.await(answer);
        } finally {
            forget(sequence);
        }
    }

    private synchronized long post(Wire.AgentFrame.Builder frame, CompletableFuture<Void> answer)
            throws MarketException {
        if (ended != null || call == null) {
            throw new MarketException(Code.UNAVAILABLE, "not connected to the market: " + reason());
        }
        long sequence = lastSequence + 1;
        try {
            call.onNext(frame.setSequence(sequence).build());
        } catch (StatusRuntimeException e) {
            throw Statuses.read(e);
        }
        lastSequence = sequence;
        unanswered.put(sequence, answer);
        return sequence;
    }

    private synchronized void forget(long sequence) {
        unanswered.remove(sequence);
    }

    @Override
    public void onNext(Wire.MarketFrame frame) {
        try {
            switch (frame.getBodyCase()) {
                case ANSWER -> answered(frame.getAnswer());
                case MESSAGE -> arrived(frame.getMessage());
                case BODY_NOT_SET ->
                        throw new MarketException(Code.REFUSED, "malformed message: body: missing");
            }
        } catch (MarketException e) {
            end(e);
        }
    }

    @Override
    public void onError(Throwable lost) {
        end(Statuses.read(lost));
    }

    @Override
    public void onCompleted() {
        end(new MarketException(Code.UNAVAILABLE, "the market ended the connection"));
    }

    private synchronized void answered(Wire.MarketFrame.Answer answer) throws MarketException {
        CompletableFuture<Void> asked = unanswered.get(answer.getSequence());
        if (asked == null) {
            return;
        }
        if (answer.hasFailure()) {
            Wire.MarketFrame.Failure failure = answer.getFailure();
            Code code =
                    Statuses.received(
                            () -> ValueCodec.FAILURE_CODE.read("code", failure.getCode()));
            asked.completeExceptionally(new MarketException(code, failure.getMessage()));
        } else {
            asked.complete(null);
        }
    }

    private synchronized void arrived(Wire.MarketMessage wire) throws MarketException {
        MarketMessage message = Statuses.received(() -> MarketMessageCodec.read(wire));
        if (inbox.size() >= INBOX_LIMIT) {
            throw new MarketException(
                    Code.UNAVAILABLE, "the agent left " + INBOX_LIMIT + " messages unread");
        }
        if (ended == null) {
            inbox.add(Optional.of(message));
        }
    }

    /** Ends the connection, unless it has ended; whoever waits for an answer learns why. */
    private synchronized void end(MarketException reason) {
        if (ended != null) {
            return;
        }
        ended = reason;
        unanswered.values().forEach(answer -> answer.completeExceptionally(reason));
        inbox.add(Optional.empty());
        if (call != null) {
            call.cancel(reason.getMessage(), null);
        }
    }

    private synchronized String reason() {
        return ended == null ? "not opened" : String.valueOf(ended.getMessage());
    }

    private void deliver() {
        try {
            for (var next = inbox.take(); next.isPresent(); next = inbox.take()) {
                if (!closed) {
                    listener.received(next.get());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(new MarketException(Code.UNAVAILABLE, "the agent failed on a message"));
            listener.disconnected(reason());
        }
    }
}
