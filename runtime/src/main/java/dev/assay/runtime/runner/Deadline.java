package dev.assay.runtime.runner;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * When the piece of work under way must be done; a thread of its own tells when it is not. The
 * thread sleeps until the first deadline it hears of and looks then what is under way: a piece that
 * ends in time costs two writes to memory and wakes nobody, unless its deadline is before the
 * moment that the thread sleeps for. One piece at a time; {@link #close} from any thread.
 */
final class Deadline implements AutoCloseable {
    /** Nothing is under way; later than any deadline. */
    private static final long NONE = Long.MAX_VALUE;

    private final long origin = System.nanoTime();
    private final Runnable overdue;
    private final Thread thread;
    private final AtomicLong due = new AtomicLong(NONE);

    /** Written before {@link #due} is looked at again, and read after it was written. */
    private volatile long sleepsUntil;

    private volatile boolean closed;

    /**
     * @param overdue is called once for each piece that is overdue
     */
    Deadline(String name, Runnable overdue) {
        this.overdue = overdue;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::watch);
    }

    /** Starts the thread. */
    void start() {
        thread.start();
    }

    /** A piece of work begins. */
    void begin(Duration limit) {
        long at = now() + limit.toNanos();
        due.set(at);
        if (at < sleepsUntil) {
            LockSupport.unpark(thread);
        }
    }

    /** The piece of work is done. */
    void end() {
        due.set(NONE);
    }

    private void watch() {
        while (!closed) {
            long at = due.get();
            long left = at - now();
            if (left <= 0) {
                if (due.compareAndSet(at, NONE)) {
                    overdue.run();
                }
            } else {
                sleepsUntil = at;
                if (due.get() >= at && !closed) {
                    LockSupport.parkNanos(this, left);
                }
            }
        }
    }

    Thread thread() {
        return thread;
    }

    /** From the origin on, so never negative. */
    private long now() {
        return System.nanoTime() - origin;
    }

    /** Ends the thread. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
