package dev.assay.benchmarks.log;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.LogSigningKey;
import dev.assay.verification.log.Appended;
import dev.assay.verification.log.TransparencyLog;

import jdk.jfr.consumer.RecordingStream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Durable appends: each of so many callers appends leaf after leaf and waits every time until its
 * own is on the disk under a signed checkpoint. Then half of the target's load comes at even
 * intervals, and the time from when each leaf was due is measured. Beside it, what the disk does:
 * one thread that appends a leaf to a file and forces it. At last, how long it takes to open and to
 * check a log of many leaves.
 *
 * <p>Arguments: seconds, callers (such as 64,256,1024), leaves of the large log, directory on the
 * disk to be measured, result file.
 */
public final class DurableAppends {
    private static final int LEAF_BYTES = 483;
    private static final int HALF_LOAD = 5000;
    private static final int LARGE_APPEND = 8192;

    private DurableAppends() {}

    public static void main(String[] args)
            throws IOException, VerificationException, InterruptedException, ExecutionException {
        Duration span = Duration.ofSeconds(Long.parseLong(args[0]));
        Path directory = Files.createTempDirectory(Path.of(args[3]), "assay-appends");
        LogSigningKey key = LogSigningKey.create("log.example", new SecureRandom());
        ObjectNode figures =
                CanonicalJson.object()
                        .put("seconds", span.toSeconds())
                        .put("leafBytes", LEAF_BYTES);
        AtomicLong forces = new AtomicLong();
        try (RecordingStream events = new RecordingStream()) {
            events.enable("jdk.FileForce").withThreshold(Duration.ZERO).withoutStackTrace();
            events.onEvent("jdk.FileForce", _ -> forces.incrementAndGet());
            events.startAsync();
            figures.put("rawForcedAppendsPerSecond", raw(directory.resolve("raw"), span));
            for (String callers : args[1].split(",", -1)) {
                ObjectNode figure = figures.putObject("callers" + callers);
                try (TransparencyLog log =
                        TransparencyLog.open(directory.resolve("c" + callers), key)) {
                    full(log, Integer.parseInt(callers), span, figure, forces);
                }
            }
            try (TransparencyLog log = TransparencyLog.open(directory.resolve("half"), key)) {
                paced(log, HALF_LOAD, span, figures.putObject("at" + HALF_LOAD + "PerSecond"));
            }
            large(directory.resolve("large"), key, Long.parseLong(args[2]), figures);
        } finally {
            delete(directory);
        }
        System.out.println(figures.toPrettyString());
        ResultFile.write(Path.of(args[4]), "benchmarks/run.sh log", figures);
    }

    /** Every caller goes on as soon as its leaf is durable. */
    private static void full(
            TransparencyLog log, int callers, Duration span, ObjectNode figure, AtomicLong forces)
            throws InterruptedException, ExecutionException {
        callers(log, callers, Duration.ofSeconds(2)); // warms up
        long forcesBefore = forces.get();
        long sizeBefore = log.checkpoint().size();
        long begun = System.nanoTime();
        List<long[]> samples = callers(log, callers, span);
        double seconds = (System.nanoTime() - begun) / 1e9;
        Thread.sleep(1500); // the recording is told once a second
        long entries = log.checkpoint().size() - sizeBefore;
        long commits = samples.stream().mapToLong(sample -> sample[1]).distinct().count();
        figure.put("entriesPerSecond", ResultFile.rounded(entries / seconds))
                .put("entriesPerCommit", ResultFile.rounded((double) entries / commits))
                .put(
                        "forcesPerCommit",
                        ResultFile.rounded((double) (forces.get() - forcesBefore) / commits));
        latencies(samples, figure);
    }

    private static List<long[]> callers(TransparencyLog log, int callers, Duration span)
            throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + span.toNanos();
        List<Future<List<long[]>>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < callers; caller++) {
                long seed = caller;
                running.add(
                        threads.submit(
                                () -> {
                                    List<long[]> own = new ArrayList<>();
                                    for (long i = 0; System.nanoTime() < end; i++) {
                                        own.add(append(log, seed, i, System.nanoTime()));
                                    }
                                    return own;
                                }));
            }
        }
        List<long[]> all = new ArrayList<>();
        for (Future<List<long[]>> each : running) {
            all.addAll(each.get());
        }
        return all;
    }

    /** Leaves are due at even intervals, whether those before are durable or not. */
    private static void paced(TransparencyLog log, int perSecond, Duration span, ObjectNode figure)
            throws InterruptedException, ExecutionException {
        List<Future<long[]>> running = new ArrayList<>();
        long begun = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long i = 0; i < span.toSeconds() * perSecond; i++) {
                long number = i;
                long due = begun + i * 1_000_000_000L / perSecond;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                running.add(threads.submit(() -> append(log, perSecond, number, due)));
            }
        }
        List<long[]> samples = new ArrayList<>();
        for (Future<long[]> each : running) {
            samples.add(each.get());
        }
        latencies(samples, figure);
    }

    /** Nanoseconds from when it was due, and the size of the checkpoint that covers it. */
    private static long[] append(TransparencyLog log, long seed, long number, long due)
            throws VerificationException {
        byte[] leaf = new byte[LEAF_BYTES];
        ByteBuffer.wrap(leaf).putLong(seed).putLong(number);
        Appended appended = log.append(List.of(leaf));
        return new long[] {System.nanoTime() - due, appended.checkpoint().size()};
    }

    private static void latencies(List<long[]> samples, ObjectNode figure) {
        long[] nanos = samples.stream().mapToLong(sample -> sample[0]).sorted().toArray();
        for (double percent : new double[] {50, 99, 99.9}) {
            int at = (int) Math.min(nanos.length - 1, nanos.length * percent / 100);
            figure.put("p" + percent + "Ms", ResultFile.rounded(nanos[at] / 1e6));
        }
        figure.put("maxMs", ResultFile.rounded(Arrays.stream(nanos).max().orElse(0) / 1e6));
    }

    private static double raw(Path file, Duration span) throws IOException {
        long end = System.nanoTime() + span.toNanos();
        long count = 0;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (; System.nanoTime() < end; count++) {
                channel.write(ByteBuffer.wrap(new byte[LEAF_BYTES]));
                channel.force(false);
            }
        }
        return ResultFile.rounded(count / (span.toNanos() / 1e9));
    }

    private static void large(Path directory, LogSigningKey key, long leaves, ObjectNode figures)
            throws VerificationException {
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            for (long size = 0; size < leaves; ) {
                List<byte[]> more = new ArrayList<>();
                while (more.size() < LARGE_APPEND && size < leaves) {
                    byte[] leaf = new byte[LEAF_BYTES];
                    ByteBuffer.wrap(leaf).putLong(size++);
                    more.add(leaf);
                }
                log.append(more);
            }
        }
        long begun = System.nanoTime();
        try (TransparencyLog log = TransparencyLog.open(directory, key)) {
            double open = (System.nanoTime() - begun) / 1e6;
            begun = System.nanoTime();
            log.check();
            figures.putObject("large")
                    .put("leaves", log.checkpoint().size())
                    .put("openMs", ResultFile.rounded(open))
                    .put("checkSeconds", ResultFile.rounded((System.nanoTime() - begun) / 1e9));
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
