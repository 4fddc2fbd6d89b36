package dev.assay.cli.command;

import dev.assay.protocol.market.MarketException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C (or a polite kill) into a cancelled order: the shutdown asks the market to end it
 * and waits, within a limit, until the command has closed everything. Closing it lets a shutdown go
 * on.
 */
final class Interruption implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook =
            Thread.ofPlatform().name("interruption").unstarted(this::interrupted);
    private final Thread command = Thread.currentThread();
    private @Nullable Cancel cancel;
    private boolean requested;

    /** Ends what is under way. */
    interface Cancel {
        void run() throws MarketException;
    }

    private Interruption() {}

    static Interruption install() {
        Interruption interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    /** From now on an interruption runs this; at once, when one came already. */
    void cancels(Cancel action) throws MarketException {
        synchronized (this) {
            cancel = action;
            if (!requested) {
                return;
            }
        }
        action.run();
    }

    /** Whether one came. */
    synchronized boolean requested() {
        return requested;
    }

    private void interrupted() {
        Cancel action;
        synchronized (this) {
            requested = true;
            action = cancel;
        }
        try {
            if (action != null) {
                action.run();
            }
            if (!closed.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                command.interrupt();
            }
        } catch (MarketException e) {
            System.err.println("assay: " + e.getMessage());
            awaitClosed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitClosed() {
        try {
            closed.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The shutdown has begun: the hook is what waits for this.
        }
    }
}
