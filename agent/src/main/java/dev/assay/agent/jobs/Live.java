package dev.assay.agent.jobs;

import com.google.common.util.concurrent.Uninterruptibles;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.ReportFetch;
import dev.assay.protocol.market.AgentMessage.ReportOutput;
import dev.assay.protocol.market.AgentMessage.ReportProgress;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.OutputAllowance;
import dev.assay.protocol.market.OutputLine;
import dev.assay.protocol.market.Progress;
import dev.assay.runtime.container.LogEntry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the tenant sees of an attempt while it runs: how far it is, and what its containers write.
 * Nothing of it decides anything, so nobody waits for it, and what cannot be sent is dropped: of
 * progress the newest is sent, a few times a second; output beyond the {@link OutputAllowance} is
 * dropped and counted. Owns one virtual thread from {@link #begin} to {@link #close}. Thread-safe.
 */
final class Live implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Live.class);
    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final LeaseId lease;
    private final Outbox outbox;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final OutputAllowance allowance = new OutputAllowance(System::nanoTime, 1);

    /** The fields below are guarded by the lock. */
    private final Queue<OutputLine> lines = new ArrayDeque<>();

    private @Nullable ReportFetch fetch;
    private @Nullable ReportProgress progress;
    private long mostDone;
    private long dropped;
    private boolean sending;
    private boolean hurried;
    private boolean closed;
    private boolean over;

    Live(LeaseId lease, Outbox outbox) {
        this.lease = lease;
        this.outbox = outbox;
        this.thread = Thread.ofVirtual().name("live-" + lease.brief()).unstarted(this::send);
    }

    /** Starts sending. */
    Live begin() {
        thread.start();
        return this;
    }

    /** So much of what the work needs was fetched, of what is known to be needed. */
    void fetched(long doneBytes, long totalBytes) {
        change(() -> fetch = new ReportFetch(lease, doneBytes, totalBytes));
    }

    /** So much of the work is done; less than before is no news. */
    void progress(Progress made) {
        change(
                () -> {
                    if (made.done() > mostDone) {
                        mostDone = made.done();
                        progress = new ReportProgress(lease, made);
                    }
                });
    }

    /** A container wrote something. */
    void logged(int index, LogEntry entry) {
        String text = entry.text();
        OutputLine line =
                new OutputLine(
                        index,
                        switch (entry.stream()) {
                            case OUT -> OutputLine.Stream.OUT;
                            case ERR -> OutputLine.Stream.ERR;
                        },
                        entry.time(),
                        text.substring(0, Math.min(text.length(), OutputLine.MAX_LENGTH)));
        change(
                () -> {
                    if (allowance.take(line.text().length())) {
                        lines.add(line);
                    } else {
                        dropped++;
                    }
                });
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void send() {
        try {
            List<AgentMessage> news = news();
            while (!news.isEmpty()) {
                news.forEach(this::send);
                news = news();
            }
        } catch (InterruptedException e) { // nobody has this thread: it is not to run any more
            Thread.currentThread().interrupt();
        } finally {
            change(() -> over = true);
        }
    }

    private void send(AgentMessage message) {
        try {
            outbox.send(message);
        } catch (MarketException e) {
            LOG.debug("lease {}: not shown: {}", lease.brief(), e.getMessage());
        }
    }

    /** Waits for the interval and then for news; nothing when it is closed and all was sent. */
    private List<AgentMessage> news() throws InterruptedException {
        lock.lock();
        try {
            sending = false;
            changed.signalAll();
            long pause = INTERVAL.toNanos();
            while (!closed && !hurried && pause > 0) {
                pause = changed.awaitNanos(pause);
            }
            while (!closed && !isPending()) {
                changed.await();
            }
            List<AgentMessage> news = new ArrayList<>();
            if (fetch != null) {
                news.add(fetch);
                fetch = null;
            }
            if (!lines.isEmpty() || dropped > 0) {
                news.add(new ReportOutput(lease, output()));
            }
            if (progress != null) {
                news.add(progress);
                progress = null;
            }
            sending = !news.isEmpty();
            return news;
        } finally {
            lock.unlock();
        }
    }

    private boolean isPending() {
        return fetch != null || progress != null || !lines.isEmpty() || dropped > 0;
    }

    /** As much as fits one message. */
    private Output output() {
        List<OutputLine> taken = new ArrayList<>();
        long room = Output.MAX_LENGTH;
        while (!lines.isEmpty()
                && taken.size() < Output.MAX_LINES
                && lines.element().text().length() <= room) {
            room -= lines.element().text().length();
            taken.add(lines.remove());
        }
        Output output = new Output(taken, dropped);
        dropped = 0;
        return output;
    }

    /** Waits until all that is new was sent, which starts at once. */
    void settle() throws InterruptedException {
        lock.lock();
        try {
            hurried = true;
            changed.signalAll();
            while (!over && (sending || isPending())) {
                changed.await();
            }
        } finally {
            hurried = false;
            lock.unlock();
        }
    }

    /** Sends what is new and ends; returns when that is done. */
    @Override
    public void close() {
        change(() -> closed = true);
        Uninterruptibles.joinUninterruptibly(thread);
    }
}
