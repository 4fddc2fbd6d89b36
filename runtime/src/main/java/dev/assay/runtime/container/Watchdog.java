package dev.assay.runtime.container;

import com.google.common.util.concurrent.Uninterruptibles;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Ends a container: when it is asked to, and when a check says that the container is over a limit.
 * First politely where that is due, after the grace with {@code KILL}, and again every second until
 * it is closed. Owns one virtual thread. Thread-safe.
 */
final class Watchdog implements AutoCloseable {
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long AGAIN = TimeUnit.SECONDS.toNanos(1);

    /** What it watches. */
    interface Watched {
        /** The limit that the container is over, if any. */
        Optional<ExitCause> overLimit();

        void signal(String signal) throws ContainerException;
    }

    private final Watched watched;
    private final Duration grace;
    private final Consumer<ExitCause> ending;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private @Nullable ExitCause cause;
    private boolean closed;

    /**
     * @param ending is told once why the container is being ended
     */
    Watchdog(Watched watched, Duration grace, Consumer<ExitCause> ending) {
        this.watched = watched;
        this.grace = grace;
        this.ending = ending;
        this.thread = Thread.ofVirtual().name("container-watchdog").unstarted(this::watch);
    }

    /** Starts watching. */
    void begin() {
        thread.start();
    }

    /** Asks for the container's end; only the first cause counts. */
    void end(ExitCause because) {
        lock.lock();
        try {
            if (cause != null || closed) {
                return;
            }
            cause = because;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        ending.accept(because);
    }

    /** Why the container was ended from here, if it was. */
    Optional<ExitCause> cause() {
        lock.lock();
        try {
            return Optional.ofNullable(cause);
        } finally {
            lock.unlock();
        }
    }

    private void watch() {
        while (sleep(PAUSE, false)) {
            watched.overLimit().ifPresent(this::end);
        }
        cause().ifPresent(this::finish);
    }

    private void finish(ExitCause because) {
        if (polite(because)) {
            signal("TERM");
            sleep(grace.toNanos(), true);
        }
        while (!isClosed()) {
            signal("KILL");
            sleep(AGAIN, true);
        }
    }

    private static boolean polite(ExitCause cause) {
        return switch (cause) {
            case CANCELLED, TIME_LIMIT -> true;
            case DONE,
                    EXIT_CODE,
                    OUT_OF_MEMORY,
                    DISK_LIMIT,
                    LOG_LIMIT,
                    OUTPUTS,
                    HOST_MEMORY,
                    ENGINE_LOST ->
                    false;
        };
    }

    private void signal(String signal) {
        if (isClosed()) {
            return;
        }
        try {
            watched.signal(signal);
        } catch (ContainerException e) {
            // the engine is away: whoever waits for the container notices, and this tries again
        }
    }

    /**
     * Sleeps until it is over, closed, or (unless ending) asked for an end.
     *
     * @return whether to go on watching
     */
    private boolean sleep(long nanos, boolean inEnding) {
        lock.lock();
        try {
            for (long left = nanos; left > 0 && !closed && (inEnding || cause == null); ) {
                left = changed.awaitNanos(left);
            }
            return !closed && cause == null;
        } catch (InterruptedException e) {
            closed = true; // nobody has this thread but close()
            return false;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Stops watching; the container ended, or somebody else ends it. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        Uninterruptibles.joinUninterruptibly(thread);
    }
}
