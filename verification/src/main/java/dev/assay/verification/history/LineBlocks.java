package dev.assay.verification.history;

import dev.assay.verification.VerificationException;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The lines of a file, checked by several threads and given out in their order. At most {@link
 * #AHEAD} blocks a thread are in memory at once. The owner closes it, which ends the threads. Not
 * thread-safe.
 */
final class LineBlocks implements AutoCloseable {
    /** How many blocks a thread are read ahead. */
    static final int AHEAD = 3;

    private final LineBlock.Reader reader;
    private final LineCheck check;
    private final ExecutorService workers;
    private final int most;
    private final Deque<Future<List<CheckedLine>>> begun = new ArrayDeque<>();
    private Optional<VerificationException> broken = Optional.empty();

    private LineBlocks(LineBlock.Reader reader, LineCheck check, int threads) {
        this.reader = reader;
        this.check = check;
        this.most = AHEAD * threads;
        this.workers =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("history-check-", 0).factory());
    }

    static LineBlocks open(Path file, LineCheck check, int threads) throws VerificationException {
        return new LineBlocks(LineBlock.Reader.open(file), check, threads);
    }

    /**
     * The lines of the next block; empty at the end of the file. What cannot be read is told when
     * all before it were given out.
     */
    Optional<List<CheckedLine>> next() throws VerificationException, InterruptedException {
        readAhead();
        Future<List<CheckedLine>> first = begun.poll();
        if (first == null) {
            if (broken.isPresent()) {
                throw broken.get();
            }
            return Optional.empty();
        }
        try {
            return Optional.of(first.get());
        } catch (ExecutionException e) {
            throw new IllegalStateException("a check that does not fail failed", e.getCause());
        }
    }

    private void readAhead() {
        while (begun.size() < most && broken.isEmpty()) {
            Optional<LineBlock> block;
            try {
                block = reader.next();
            } catch (VerificationException e) {
                broken = Optional.of(e);
                return;
            }
            if (block.isEmpty()) {
                return;
            }
            LineBlock read = block.get();
            begun.add(workers.submit(() -> check.check(read)));
        }
    }

    @Override
    public void close() throws VerificationException {
        workers.shutdownNow();
        reader.close();
    }
}
