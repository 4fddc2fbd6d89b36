package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A log's files in memory that can lose power: after a given number of steps every call fails, and
 * of the writes not yet synced any subset is lost. Thread-safe, as a disk is.
 */
final class MemoryFiles implements LogFiles {
    private final Map<String, byte[]> durable;
    private final Map<String, byte[]> unsynced = new LinkedHashMap<>();
    private final List<Map.Entry<String, byte[]>> writes;
    private int stepsLeft = Integer.MAX_VALUE;

    MemoryFiles() {
        this(new TreeMap<>(), new ArrayList<>());
    }

    /** Records every write in its order. */
    MemoryFiles(List<Map.Entry<String, byte[]>> writes) {
        this(new TreeMap<>(), writes);
    }

    private MemoryFiles(Map<String, byte[]> durable, List<Map.Entry<String, byte[]>> writes) {
        this.durable = durable;
        this.writes = writes;
    }

    /** From now on, fails after so many writes and syncs. */
    synchronized void failAfter(int steps) {
        stepsLeft = steps;
    }

    /**
     * The files as found after the power came back: a random subset of the unsynced writes is
     * there.
     */
    synchronized MemoryFiles afterPowerLoss(Random random) {
        Map<String, byte[]> left = new TreeMap<>(durable);
        unsynced.forEach(
                (file, bytes) -> {
                    if (random.nextBoolean()) {
                        left.put(file, bytes);
                    }
                });
        return new MemoryFiles(left, new ArrayList<>());
    }

    synchronized Map<String, byte[]> files() {
        Map<String, byte[]> files = new TreeMap<>(durable);
        files.putAll(unsynced);
        return files;
    }

    @Override
    public Path path(String file) {
        return Path.of("memory").resolve(file);
    }

    @Override
    public synchronized Optional<byte[]> read(String file, int maxBytes) {
        byte[] bytes = files().get(file);
        return bytes == null ? Optional.empty() : Optional.of(bytes.clone());
    }

    @Override
    public synchronized void write(String file, byte[] bytes) throws VerificationException {
        step();
        unsynced.put(file, bytes.clone());
        writes.add(Map.entry(file, bytes.clone()));
    }

    @Override
    public synchronized void sync() throws VerificationException {
        step();
        durable.putAll(unsynced);
        unsynced.clear();
    }

    @Override
    public synchronized void discard(String directory) {
        durable.keySet().removeIf(file -> file.startsWith(directory + "/"));
        unsynced.keySet().removeIf(file -> file.startsWith(directory + "/"));
    }

    @Override
    public void close() {}

    private synchronized void step() throws VerificationException {
        if (stepsLeft-- <= 0) {
            throw new VerificationException(Code.IO, "power lost");
        }
    }
}
