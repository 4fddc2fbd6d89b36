package dev.assay.verification.log;

import com.google.common.util.concurrent.Uninterruptibles;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The one thread that appends to a log. Callers hand in leaves and wait; whatever was handed in
 * while one commit was under way goes into the next, so that one wait for the disk serves them all.
 * A caller is told its index only after the commit; its leaves are never divided between commits.
 *
 * <p>After a failed commit, what is on the disk is not known: everything handed in is refused until
 * the log is opened again. Closing commits what was handed in before, and ends the thread.
 */
final class Appender implements AutoCloseable {
    /** Leaves in one commit, at most. */
    static final int MOST_LEAVES = 8192;

    /** Bytes of several callers in one commit, at most; one caller may bring more. */
    private static final int MOST_BYTES = 8 << 20;

    /** Makes leaves durable. */
    interface Commit {
        /** The index of the first, and the checkpoint that covers them. */
        Appended call(List<byte[]> leaves) throws VerificationException;
    }

    private record Waiting(List<byte[]> leaves, int bytes, CompletableFuture<Appended> outcome) {}

    private enum State {
        OPEN,
        FAILED,
        CLOSED
    }

    private final String log;
    private final Commit commit;
    private final Thread thread = Thread.ofPlatform().name("log-appender").unstarted(this::run);
    private final Queue<Waiting> queue = new ArrayDeque<>();
    private State state = State.OPEN;
    private @Nullable Throwable failure;

    /**
     * An appender that is yet to be started.
     *
     * @param log the log's name, for messages
     */
    Appender(String log, Commit commit) {
        this.log = log;
        this.commit = commit;
    }

    void start() {
        thread.start();
    }

    /** Waits until these leaves are durable, which an interruption does not end. */
    Appended append(List<byte[]> leaves) throws VerificationException {
        int bytes = leaves.stream().mapToInt(leaf -> leaf.length).sum();
        Waiting waiting = new Waiting(leaves, bytes, new CompletableFuture<>());
        synchronized (this) {
            switch (state) {
                case OPEN -> {
                    queue.add(waiting);
                    notifyAll();
                }
                case FAILED -> throw refused(" before", failure);
                case CLOSED -> throw new IllegalStateException("the log is closed");
            }
        }
        try {
            return waiting.outcome().join();
        } catch (CompletionException e) {
            throw refused("", e.getCause());
        }
    }

    /** How many callers wait for a commit that has not begun. */
    synchronized int waiting() {
        return queue.size();
    }

    /** Commits what was handed in, and ends. */
    @Override
    public void close() {
        synchronized (this) {
            state = State.CLOSED;
            notifyAll();
        }
        Uninterruptibles.joinUninterruptibly(thread);
    }

    private void run() {
        for (List<Waiting> batch = next(); !batch.isEmpty(); batch = next()) {
            Throwable why = null;
            try {
                commit(batch);
            } catch (VerificationException | RuntimeException | Error e) {
                why = e;
            }
            if (why != null) {
                fail(batch, why);
                return;
            }
        }
    }

    private void commit(List<Waiting> batch) throws VerificationException {
        List<byte[]> leaves = new ArrayList<>();
        batch.forEach(waiting -> leaves.addAll(waiting.leaves()));
        Appended all = commit.call(leaves);
        long first = all.first();
        for (Waiting waiting : batch) {
            waiting.outcome().complete(new Appended(first, all.checkpoint()));
            first += waiting.leaves().size();
        }
    }

    /** What goes into the next commit; nothing when the appender was closed and all is done. */
    private synchronized List<Waiting> next() {
        while (queue.isEmpty() && state == State.OPEN) {
            try {
                wait();
            } catch (InterruptedException e) {
                // Nobody but close() ends this thread, and nobody else has it.
            }
        }
        List<Waiting> batch = new ArrayList<>();
        long leaves = 0;
        long bytes = 0;
        for (Waiting waiting = queue.peek(); waiting != null; waiting = queue.peek()) {
            leaves += waiting.leaves().size();
            bytes += waiting.bytes();
            if (!batch.isEmpty() && (leaves > MOST_LEAVES || bytes > MOST_BYTES)) {
                break;
            }
            batch.add(queue.remove());
        }
        return batch;
    }

    private void fail(List<Waiting> batch, Throwable why) {
        List<Waiting> refused = new ArrayList<>(batch);
        synchronized (this) {
            if (state == State.OPEN) {
                state = State.FAILED;
            }
            failure = why;
            refused.addAll(queue);
            queue.clear();
        }
        refused.forEach(waiting -> waiting.outcome().completeExceptionally(why));
    }

    private VerificationException refused(String when, @Nullable Throwable why) {
        Code code = why instanceof VerificationException known ? known.code() : Code.IO;
        return new VerificationException(
                code,
                "an append to "
                        + log
                        + " failed"
                        + when
                        + (why == null ? "" : ": " + why.getMessage())
                        + "; open the log again to see its state",
                why);
    }
}
