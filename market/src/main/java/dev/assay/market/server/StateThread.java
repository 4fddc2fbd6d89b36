package dev.assay.market.server;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that reads and changes the market's state. Whatever runs on it has the state to
 * itself; nothing that runs on it may wait for anybody.
 */
final class StateThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateThread.class);

    private final ScheduledThreadPoolExecutor executor;

    StateThread() {
        this.executor =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().name("assay-market").factory());
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Something to do on the state thread. */
    @FunctionalInterface
    interface Task<T> {
        T run() throws MarketException;
    }

    /** Something to do on the state thread that yields nothing. */
    @FunctionalInterface
    interface Action {
        void run() throws MarketException;
    }

    /** Runs a task and waits for what it yields. */
    <T> T call(Task<T> task) throws MarketException {
        try {
            Future<T> done = executor.submit(task::run);
            return done.get();
        } catch (RejectedExecutionException e) {
            throw new MarketException(Code.UNAVAILABLE, "the market is closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MarketException(
                    Code.UNAVAILABLE, "interrupted while waiting for the market", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MarketException refused) {
                throw new MarketException(refused.code(), refused.getMessage(), refused);
            }
            throw new MarketException(
                    Code.UNAVAILABLE, "the market failed: " + e.getCause() + "; see its log", e);
        }
    }

    /** Runs an action and waits for its end. */
    void run(Action action) throws MarketException {
        call(
                () -> {
                    action.run();
                    return true;
                });
    }

    /** Runs an action after a delay, unless the market closes before; failures are logged. */
    void later(Duration delay, Action action) {
        Runnable logged =
                () -> {
                    try {
                        action.run();
                    } catch (MarketException | RuntimeException e) {
                        LOG.error("a timed step of the market failed", e);
                    }
                };
        try {
            Future<?> _ =
                    executor.schedule(logged, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the market closed before a timed step", e);
        }
    }

    /** Finishes what was asked for, drops the timers, and waits for the thread's end. */
    @Override
    public void close() {
        executor.close();
    }
}
