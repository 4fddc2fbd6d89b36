package dev.assay.runtime.container;

import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.runtime.container.ContainerEngine.LogSubscription;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
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
    private final AtomicReference<Instant> last = new AtomicReference<>(Instant.EPOCH);
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
    synchronized void follow() throws ContainerException {
        stop();
        subscription = engine.follow(container, last.get(), this::take);
    }

    private void take(LogEntry entry) {
        try {
            if (keeper.add(entry) > floodBytes) {
                end.accept(ExitCause.LOG_LIMIT);
            }
        } catch (ContainerException e) {
            end.accept(ExitCause.ENGINE_LOST);
        }
        last.set(entry.time());
        entries.accept(entry);
    }

    /** Waits for the rest of the log after the container ended, but not forever. */
    void drain(Duration limit) throws InterruptedException {
        LogSubscription following;
        synchronized (this) {
            following = subscription;
        }
        if (following != null) {
            following.await(limit);
        }
    }

    Digest store(BlobStore blobs) throws ContainerException {
        return keeper.store(blobs);
    }

    private void stop() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }

    @Override
    public synchronized void close() {
        stop();
        keeper.close();
    }
}
