package dev.assay.runtime.runner;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A thread that kills a process which holds too much memory: where there are no control groups to
 * do it. It looks often, but a process may be over its limit for as long as {@value #PERIOD_MILLIS}
 * ms. Counts what is the process's alone (proc_pid_status(5): RssAnon and RssShmem), not the
 * libraries it maps.
 */
final class ResidentWatch implements MemoryBound {
    static final long PERIOD_MILLIS = 20;

    private final long pid;
    private final Runnable kill;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean reached;
    private @Nullable Thread watcher;

    ResidentWatch(long pid, Runnable kill) {
        this.pid = pid;
        this.kill = kill;
    }

    /** Memory of a process's own, or nothing when it is no more. */
    static OptionalLong ownBytes(long pid) {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
            return OptionalLong.of(kibibytes(lines, "RssAnon:") + kibibytes(lines, "RssShmem:"));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static long kibibytes(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                .orElse(0L);
    }

    @Override
    public void limit(long bytes) {
        long most = ownBytes(pid).orElse(0) + bytes;
        watcher =
                Thread.ofPlatform()
                        .daemon()
                        .name("runner-" + pid + "-memory")
                        .start(() -> watch(most));
    }

    private void watch(long most) {
        try {
            while (!closed.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
                OptionalLong now = ownBytes(pid);
                if (now.isEmpty()) {
                    return;
                }
                if (now.getAsLong() > most) {
                    reached = true;
                    kill.run();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean reached() {
        return reached;
    }

    @Override
    public void close() {
        closed.countDown();
        Thread thread = watcher;
        if (thread != null) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
