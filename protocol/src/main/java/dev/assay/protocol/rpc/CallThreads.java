package dev.assay.protocol.rpc;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs each task on a virtual thread of its own. It never refuses a task, because gRPC reports the
 * end of a call as one, also after its channel or server was shut down; so it is waited for, not
 * closed. Thread-safe.
 */
final class CallThreads implements Executor {
    private final Lock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private long running;

    @Override
    public void execute(Runnable task) {
        count(1);
        var _ =
                Thread.ofVirtual()
                        .name("market call")
                        .start(
                                () -> {
                                    try {
                                        task.run();
                                    } finally {
                                        count(-1);
                                    }
                                });
    }

    /** Waits until no task runs, at most so long. */
    void awaitIdle(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long nanos = patience.toNanos();
            while (running > 0 && nanos > 0) {
                nanos = idle.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    private void count(int change) {
        lock.lock();
        try {
            running += change;
            if (running == 0) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
