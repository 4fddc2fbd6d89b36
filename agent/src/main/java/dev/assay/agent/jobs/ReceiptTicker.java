package dev.assay.agent.jobs;

import com.google.common.util.concurrent.Uninterruptibles;

import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.MarketException;
import dev.assay.verification.VerificationException;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Signs and sends a receipt every interval while an attempt runs, on a thread of its own. When that
 * fails, the attempt is asked to end. The owner closes it before it signs the last receipt itself;
 * a receipt under way is sent first.
 */
final class ReceiptTicker implements AutoCloseable {
    /** Signs and sends one receipt. */
    interface Tick {
        void run() throws VerificationException, JournalException, MarketException;
    }

    private final Duration interval;
    private final Tick tick;
    private final Cancellation cancellation;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    private ReceiptTicker(Duration interval, Tick tick, Cancellation cancellation, String name) {
        this.interval = interval;
        this.tick = tick;
        this.cancellation = cancellation;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::loop);
    }

    static ReceiptTicker start(
            Duration interval, Tick tick, Cancellation cancellation, String name) {
        ReceiptTicker ticker = new ReceiptTicker(interval, tick, cancellation, name);
        ticker.thread.start();
        return ticker;
    }

    private void loop() {
        try {
            while (!closed.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                tick.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (JournalException e) {
            cancellation.request(new AttemptFailure(Cause.STORAGE, e.getMessage(), e));
        } catch (MarketException e) {
            cancellation.request(AttemptFailure.of(e));
        } catch (VerificationException e) {
            cancellation.request(new AttemptFailure(Cause.MARKET_ERROR, e.getMessage(), e));
        } catch (RuntimeException e) {
            cancellation.request(
                    new AttemptFailure(Cause.ENGINE, "the agent met an unexpected error: " + e, e));
        }
    }

    @Override
    public void close() {
        closed.countDown();
        Uninterruptibles.joinUninterruptibly(thread);
    }
}
