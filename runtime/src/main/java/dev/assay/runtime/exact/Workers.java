package dev.assay.runtime.exact;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The engine's threads: the caller and {@code threads − 1} helpers, which share the parts of a
 * piece of work. Thread-safe; the owner closes it after the last piece of work.
 */
final class Workers implements AutoCloseable {
    private final int threads;
    private final ExecutorService helpers;

    /** One part of a piece of work. */
    @FunctionalInterface
    interface Part {
        /**
         * Does part {@code index}; {@code worker}, below {@link Workers#threads()}, is different
         * for parts done at the same time.
         */
        void run(int index, int worker);
    }

    Workers(int threads) {
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("threads must be from 1 to 1024, not " + threads);
        }
        this.threads = threads;
        this.helpers =
                Executors.newFixedThreadPool(
                        Math.max(1, threads - 1),
                        Thread.ofPlatform().daemon().name("assay-exact-", 1).factory());
    }

    int threads() {
        return threads;
    }

    /**
     * Does parts 0 to {@code parts − 1}, each once, in any order, on up to {@code most} threads;
     * returns when all are done.
     */
    void forEach(int parts, int most, Part part) {
        int busy = Math.min(Math.min(threads, most), parts);
        if (busy <= 1) {
            for (int index = 0; index < parts; index++) {
                part.run(index, 0);
            }
            return;
        }
        Share share = new Share(parts, part);
        for (int worker = 1; worker < busy; worker++) {
            int id = worker;
            helpers.execute(() -> share.work(id));
        }
        share.work(0);
        share.join();
    }

    @Override
    public void close() {
        helpers.close();
    }

    /** One call's parts, handed out one by one; a helper that comes late finds none left. */
    private static final class Share {
        private final int parts;
        private final Part part;
        private final AtomicInteger next = new AtomicInteger();
        private final CountDownLatch undone;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Share(int parts, Part part) {
            this.parts = parts;
            this.part = part;
            this.undone = new CountDownLatch(parts);
        }

        void work(int worker) {
            for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
                try {
                    part.run(i, worker);
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                } finally {
                    undone.countDown();
                }
            }
        }

        /** Waits even when interrupted: the parts write to memory that the caller owns. */
        void join() {
            boolean interrupted = false;
            while (true) {
                try {
                    undone.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            switch (failure.get()) {
                case null -> {}
                case Error e -> throw e;
                case RuntimeException e -> throw e;
                case Throwable t -> throw new AssertionError("parts throw nothing checked", t);
            }
        }
    }
}
