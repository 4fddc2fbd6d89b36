package dev.assay.agent.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.MarketException;
import dev.assay.verification.VerificationException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

@Timeout(60)
final class ReceiptTickerTest {
    private static final Duration OFTEN = Duration.ofMillis(1);

    private final Cancellation cancellation = new Cancellation();
    private final CountDownLatch requested = new CountDownLatch(1);

    private ReceiptTicker start(Duration interval, ReceiptTicker.Tick tick) {
        cancellation.onRequest(requested::countDown);
        return ReceiptTicker.start(interval, tick, cancellation, "ticker");
    }

    @Test
    void ticker_untilItIsClosed_ticksAgainAndAgain() throws Exception {
        CountDownLatch three = new CountDownLatch(3);
        AtomicReference<Thread> thread = new AtomicReference<>();
        try (ReceiptTicker _ =
                start(
                        OFTEN,
                        () -> {
                            thread.set(Thread.currentThread());
                            three.countDown();
                        })) {
            three.await();
        }
        assertThat(thread.get().isAlive()).isFalse();
        assertThat(cancellation.requested()).isEmpty();
    }

    @Test
    void close_beforeTheFirstInterval_endsItWithoutATick() {
        AtomicInteger ticks = new AtomicInteger();
        start(Duration.ofDays(1), ticks::incrementAndGet).close();
        assertThat(ticks).hasValue(0);
    }

    /** The owner signs the next receipt: none may be under way then. */
    @Test
    void close_whileItTicks_waitsForTheReceiptUnderWay() throws Exception {
        CountDownLatch ticking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger finished = new AtomicInteger();
        ReceiptTicker ticker =
                start(
                        OFTEN,
                        () -> {
                            ticking.countDown();
                            await(go);
                            finished.incrementAndGet();
                        });
        ticking.await();
        Thread closer = Thread.ofVirtual().start(ticker::close);
        assertThat(closer.isAlive()).isTrue();
        assertThat(finished).hasValue(0);
        go.countDown();
        closer.join();
        assertThat(finished).hasValue(1);
    }

    /** An interrupted owner waits all the same, and stays interrupted. */
    @Test
    void close_onAnInterruptedThread_keepsTheInterrupt() {
        ReceiptTicker ticker = start(Duration.ofDays(1), () -> {});
        Thread.currentThread().interrupt();
        ticker.close();
        assertThat(Thread.interrupted()).isTrue();
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new JournalException("disk full", new IOException()), Cause.STORAGE),
                Arguments.of(
                        new MarketException(MarketException.Code.UNAVAILABLE, "gone"),
                        Cause.MARKET_ERROR),
                Arguments.of(
                        new VerificationException(
                                VerificationException.Code.TOO_LARGE, "too large"),
                        Cause.MARKET_ERROR),
                Arguments.of(new IllegalStateException("impossible"), Cause.ENGINE));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void tick_thatFails_asksTheAttemptToEndAndIsTheLast(Exception failure, Cause cause)
            throws Exception {
        AtomicInteger ticks = new AtomicInteger();
        AtomicReference<Thread> thread = new AtomicReference<>();
        ReceiptTicker ticker =
                start(
                        OFTEN,
                        () -> {
                            thread.set(Thread.currentThread());
                            ticks.incrementAndGet();
                            ReceiptTickerTest.<RuntimeException>raise(failure);
                        });
        requested.await();
        thread.get().join();
        ticker.close();
        assertThat(ticks).hasValue(1);
        AttemptFailure reason = cancellation.requested().orElseThrow();
        assertThat(reason.reason()).isEqualTo(cause);
        assertThat(reason).hasMessageContaining(failure.getMessage());
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void raise(Exception failure) throws E {
        throw (E) failure;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
