package dev.assay.runtime.runner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runners that outlived the process that started them. A runner ends by itself when its input ends,
 * which the death of its owner's process does; one that cannot, because it is stopped or stuck in
 * native code, is found by the mark on its command line. The mark is there before the process runs,
 * so no runner is without. Works on Linux, where the kernel shows command lines in {@code /proc}.
 */
public final class LeftoverRunners {
    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private LeftoverRunners() {}

    /** What stands on the command line of an owner's runners. */
    static String mark(String owner) {
        return "assay.runner.of=" + owner;
    }

    /**
     * The runners of an owner that are no children of this process. Processes of other users, whose
     * command lines may be hidden, are none of its.
     */
    public static List<ProcessHandle> of(String owner) {
        String mark = mark(owner);
        Optional<ProcessHandle> self = Optional.of(ProcessHandle.current());
        return ProcessHandle.allProcesses()
                .filter(process -> isMarked(process, mark))
                .filter(process -> !process.parent().equals(self))
                .toList();
    }

    /**
     * Kills the runners that an earlier process of an owner left, and waits until they are no more.
     *
     * @return the process ids of those that hang in the kernel and do not end
     */
    public static List<Long> end(String owner) {
        List<ProcessHandle> left = of(owner);
        left.forEach(ProcessHandle::destroyForcibly);
        long deadline = System.nanoTime() + END_LIMIT.toNanos();
        left.forEach(process -> await(process, deadline - System.nanoTime()));
        return left.stream().filter(ProcessHandle::isAlive).map(ProcessHandle::pid).toList();
    }

    private static void await(ProcessHandle process, long nanos) {
        try {
            var _ = process.onExit().get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // whether it is alive is asked afterwards
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isMarked(ProcessHandle process, String mark) {
        try {
            byte[] line =
                    Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
            return Arrays.stream(new String(line, StandardCharsets.UTF_8).split("\0", -1))
                    .anyMatch(word -> word.equals(mark) || word.equals("-D" + mark));
        } catch (IOException e) {
            return false; // it ended, or is another user's
        }
    }
}
