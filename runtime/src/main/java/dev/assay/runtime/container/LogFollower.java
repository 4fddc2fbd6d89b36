package dev.assay.runtime.container;

import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.runtime.container.ContainerEngine.LogSubscription;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Follows the log of one container: every entry is kept and handed on, once, also when the engine
 * was away in between. Thread-safe.
 */
final class LogFollower implements AutoCloseable {
    private final ContainerEngine engine;
    private final String container;
    private final LogKeeper keeper;
    private final long floodBytes;
    private final Consumer<LogEntry> entries;
    private final Consumer<ExitCause> end;
    private final ReentrantLock lock = new ReentrantLock();
    private Instant last = Instant.EPOCH;
    private int atLast;
    private @Nullable LogSubscription subscription;

    /**
     * @param entries is told of every entry
     * @param end is told when the container has to end for its log
     */
    LogFollower(
            ContainerEngine engine,
            String container,
            LogKeeper keeper,
            ContainerLimits limits,
            Consumer<LogEntry> entries,
            Consumer<ExitCause> end) {
        this.engine = engine;
        this.container = container;
        this.keeper = keeper;
        this.floodBytes = Math.multiplyExact(limits.logBytes(), ContainerLimits.LOG_FLOOD);
        this.entries = entries;
        this.end = end;
    }

    /** Starts following, or goes on after what was seen last. */
    void follow() throws ContainerException {
        stop();
        lock.lock();
        try {
            int[] known = {atLast};
            Instant from = last;
            subscription =
                    engine.follow(
                            container,
                            from,
                            entry -> {
                                if (entry.time().equals(from) && known[0]-- > 0) {
                                    return;
                                }
                                take(entry);
                            });
        } finally {
            lock.unlock();
        }
    }

    private void take(LogEntry entry) {
        try {
            if (keeper.add(entry) > floodBytes) {
                end.accept(ExitCause.LOG_LIMIT);
            }
        } catch (ContainerException e) {
            end.accept(ExitCause.ENGINE_LOST);
        }
        lock.lock();
        try {
            atLast = entry.time().equals(last) ? atLast + 1 : 1;
            last = entry.time();
        } finally {
            lock.unlock();
        }
        entries.accept(entry);
    }

    /**
     * Waits for the rest of the log after the container ended, but not forever. An engine may end a
     * log that it turned over to a new file too early; it is asked again for what comes after.
     */
    void drain(Duration limit) throws ContainerException, InterruptedException {
        if (drained(limit)) {
            follow();
            drained(limit);
        }
    }

    private boolean drained(Duration limit) throws InterruptedException {
        LogSubscription following = subscription();
        return following != null && following.await(limit);
    }

    private @Nullable LogSubscription subscription() {
        lock.lock();
        try {
            return subscription;
        } finally {
            lock.unlock();
        }
    }

    Digest store(BlobStore blobs) throws ContainerException {
        return keeper.store(blobs);
    }

    private void stop() {
        LogSubscription following = subscription();
        if (following != null) {
            following.close();
        }
    }

    @Override
    public void close() {
        stop();
        keeper.close();
    }
}
