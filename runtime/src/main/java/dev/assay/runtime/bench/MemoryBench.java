package dev.assay.runtime.bench;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Copies arrays, one pair a thread: of 64 MiB where a quarter of the heap has room for them, which
 * most caches do not hold; the method tells how large they were. What counts is what the program
 * reads and writes: twice the array; hardware may move more.
 */
final class MemoryBench implements AutoCloseable {
    private static final int MOST_ELEMENTS = 8 << 20; // 64 MiB
    private static final int HEAP_SHARE = 4;

    private final ExecutorService threads;
    private final long[][] from;
    private final long[][] to;

    MemoryBench(int count) {
        long share = Runtime.getRuntime().maxMemory() / HEAP_SHARE / count / 2 / Long.BYTES;
        int elements = (int) Math.min(MOST_ELEMENTS, share);
        from = new long[count][elements];
        to = new long[count][elements];
        threads = Executors.newFixedThreadPool(count, Thread.ofPlatform().daemon().factory());
    }

    String method() {
        return from.length
                + (from.length == 1 ? " thread copies " : " threads copy ")
                + ((from[0].length * (long) Long.BYTES) >> 20)
                + " MiB each";
    }

    /** Copies every array once; returns the bytes read and written. */
    long copy() throws InterruptedIOException {
        List<Future<?>> copies = new ArrayList<>();
        for (int i = 0; i < from.length; i++) {
            int pair = i;
            copies.add(
                    threads.submit(
                            () -> System.arraycopy(from[pair], 0, to[pair], 0, from[pair].length)));
        }
        long bytes = 0;
        for (Future<?> copy : copies) {
            await(copy);
            bytes += 2L * from[0].length * Long.BYTES;
        }
        return bytes;
    }

    private static void await(Future<?> copy) throws InterruptedIOException {
        try {
            copy.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("a copy was interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a copy between arrays of one length failed", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
