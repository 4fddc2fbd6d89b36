package dev.assay.protocol.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.market.MarketException;

import io.grpc.stub.ServerCallStreamObserver;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

@Timeout(60)
class OutboxTest {
    private final FakeCall call = new FakeCall();

    @Test
    void message_toAPeerThatIsReady_goesAtOnce() {
        Outbox<Integer> outbox = new Outbox<>(call, Duration.ZERO);
        call.ready = true;
        outbox.send(1);
        assertThat(call.sent).containsExactly(1);
    }

    @Test
    void messages_toAPeerThatIsNotReady_waitInOrder() {
        Outbox<Integer> outbox = new Outbox<>(call, Duration.ZERO);
        outbox.send(1);
        outbox.send(2);
        assertThat(call.sent).isEmpty();
        call.ready = true;
        call.onReady.run();
        outbox.send(3);
        assertThat(call.sent).containsExactly(1, 2, 3);
    }

    @Test
    void messages_beyondTheLimit_endTheStreamAfterWhatWaited() {
        Outbox<Integer> outbox = new Outbox<>(call, Duration.ofMillis(10));
        IntStream.range(0, Outbox.LIMIT + 2).forEach(outbox::send);
        assertThat(call.sent).hasSize(Outbox.LIMIT);
        assertThat(Statuses.read(call.failure()))
                .hasMessage("too slow: 1024 unread")
                .extracting(MarketException::code)
                .isEqualTo(MarketException.Code.UNAVAILABLE);
    }

    @Test
    void end_withMessagesWaiting_sendsThemFirstAndThenNothing() {
        Outbox<Integer> outbox = new Outbox<>(call, Duration.ZERO);
        outbox.send(1);
        outbox.complete();
        outbox.complete();
        outbox.send(2);
        assertThat(call.sent).containsExactly(1);
        assertThat(call.completions).isEqualTo(1);
    }

    @Test
    void whatTheStreamHeld_isReleasedOnce_howeverLateItIsKnown() {
        Outbox<Integer> outbox = new Outbox<>(call, Duration.ZERO);
        List<String> released = new ArrayList<>();
        outbox.whenEnded(() -> released.add("early"));
        call.onCancel.run();
        call.onClose.run();
        outbox.whenEnded(() -> released.add("late"));
        assertThat(released).containsExactly("early", "late");
    }

    /** A call whose peer reads when it is told to. */
    private static final class FakeCall extends ServerCallStreamObserver<Integer> {
        private final List<Integer> sent = new ArrayList<>();
        private Runnable onReady = () -> {};
        private Runnable onCancel = () -> {};
        private Runnable onClose = () -> {};
        private @Nullable Throwable failure;
        private int completions;
        private boolean ready;

        private Throwable failure() {
            return java.util.Optional.ofNullable(failure).orElseThrow();
        }

        @Override
        public void onNext(Integer value) {
            sent.add(value);
        }

        @Override
        public void onError(Throwable t) {
            failure = t;
        }

        @Override
        public void onCompleted() {
            completions++;
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            onReady = handler;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {
            onCancel = handler;
        }

        @Override
        public void setOnCloseHandler(Runnable handler) {
            onClose = handler;
        }

        @Override
        public void setCompression(String compression) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}
    }
}
