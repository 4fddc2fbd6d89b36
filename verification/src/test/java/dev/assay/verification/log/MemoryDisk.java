package dev.assay.verification.log;

import dev.assay.verification.VerificationException;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk in memory that can lose power, and is as unkind as the rules allow: after a given number
 * of steps every call fails; of names that were given or taken since their directory was forced any
 * subset is lost, the two halves of a move apart; and a file whose bytes were not forced has the
 * old ones, the new ones, a torn part of the new ones, or zeros. Thread-safe, as a disk is.
 */
final class MemoryDisk implements Disk {
    static final Path ROOT = Path.of("/memory");

    /** What a test does between two steps. */
    interface Callback {
        void run() throws InterruptedException;
    }

    /** The bytes of a file, whatever its names are. */
    private static final class Inode {
        byte[] bytes;
        byte[] durable;

        Inode(byte[] bytes, byte[] durable) {
            this.bytes = bytes;
            this.durable = durable;
        }
    }

    /** A name in a directory: a file's, or a directory's own when there is no inode. */
    private record Entry(Optional<Inode> file) {}

    private record NameChange(Path path, Optional<Entry> entry) {}

    private final Map<Path, Entry> names = new TreeMap<>();
    private final Map<Path, Entry> durable = new TreeMap<>();
    private final List<NameChange> unforced = new ArrayList<>();
    private int steps;
    private int failAfter = Integer.MAX_VALUE;
    private Callback beforeForce = () -> {};

    MemoryDisk() {
        names.put(ROOT, new Entry(Optional.empty()));
        durable.put(ROOT, new Entry(Optional.empty()));
    }

    /** A log's directory on this disk. */
    LogDirectory directory() throws VerificationException {
        return LogDirectory.on(ROOT, this, () -> {});
    }

    /** From now on, fails after so many steps. */
    synchronized void failAfter(int more) {
        failAfter = more == Integer.MAX_VALUE ? more : steps + more;
    }

    /** Runs this once, before the next force. */
    synchronized void beforeNextForce(Callback callback) {
        beforeForce = callback;
    }

    /** The disk as it is found after the power came back. */
    synchronized MemoryDisk afterPowerLoss(Random random) {
        Map<Path, Entry> left = new TreeMap<>(durable);
        for (NameChange change : unforced) {
            if (random.nextBoolean()) {
                change.entry()
                        .ifPresentOrElse(
                                entry -> left.put(change.path(), entry),
                                () -> left.remove(change.path()));
            }
        }
        MemoryDisk found = new MemoryDisk();
        Map<Inode, Inode> copies = new IdentityHashMap<>();
        left.forEach(
                (path, entry) -> {
                    if (found.names.containsKey(path.getParent()) || path.equals(ROOT)) {
                        Entry copy =
                                new Entry(
                                        entry.file()
                                                .map(
                                                        inode ->
                                                                copies.computeIfAbsent(
                                                                        inode,
                                                                        i -> lose(i, random))));
                        found.names.put(path, copy);
                        found.durable.put(path, copy);
                    }
                });
        return found;
    }

    /** The files by their paths from the root, without those of unfinished commits. */
    synchronized Map<String, byte[]> files() {
        Map<String, byte[]> files = new TreeMap<>();
        names.forEach(
                (path, entry) -> {
                    String name = ROOT.relativize(path).toString();
                    if (entry.file().isPresent() && !name.startsWith(".next")) {
                        files.put(name, entry.file().get().bytes.clone());
                    }
                });
        return files;
    }

    /** Puts a file there, durably, whatever else is wrong with the disk. */
    synchronized void put(String file, byte[] bytes) {
        Path path = ROOT.resolve(file);
        for (Path above = path.getParent(); !above.equals(ROOT); above = above.getParent()) {
            names.putIfAbsent(above, new Entry(Optional.empty()));
            durable.putIfAbsent(above, new Entry(Optional.empty()));
        }
        Entry entry = new Entry(Optional.of(new Inode(bytes.clone(), bytes.clone())));
        names.put(path, entry);
        durable.put(path, entry);
    }

    /** Takes a file away. */
    synchronized void lose(String file) {
        names.remove(ROOT.resolve(file));
        durable.remove(ROOT.resolve(file));
    }

    @Override
    public synchronized Optional<byte[]> read(Path file, int maxBytes) {
        return Optional.ofNullable(names.get(file))
                .flatMap(Entry::file)
                .map(inode -> Arrays.copyOf(inode.bytes, Math.min(maxBytes, inode.bytes.length)));
    }

    @Override
    public synchronized boolean exists(Path path) {
        return names.containsKey(path);
    }

    @Override
    public synchronized List<Path> list(Path directory) {
        if (!names.containsKey(directory)) {
            return List.of();
        }
        return names.keySet().stream().filter(path -> directory.equals(path.getParent())).toList();
    }

    @Override
    public synchronized void createDirectory(Path directory) throws IOException {
        step();
        if (names.containsKey(directory)) {
            throw new FileAlreadyExistsException(directory.toString());
        }
        require(directory.getParent());
        change(directory, Optional.of(new Entry(Optional.empty())));
    }

    @Override
    public synchronized void write(Path file, byte[] bytes) throws IOException {
        step();
        require(file.getParent());
        Optional<Inode> there = Optional.ofNullable(names.get(file)).flatMap(Entry::file);
        if (there.isPresent()) {
            there.get().bytes = bytes.clone();
        } else {
            change(
                    file,
                    Optional.of(new Entry(Optional.of(new Inode(bytes.clone(), new byte[0])))));
        }
    }

    @Override
    public void force(Collection<Path> paths) throws IOException {
        Callback callback;
        synchronized (this) {
            callback = beforeForce;
            beforeForce = () -> {};
        }
        try {
            callback.run();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        forceNow(paths);
    }

    private synchronized void forceNow(Collection<Path> paths) throws IOException {
        for (Path path : paths) {
            step();
            Entry entry = require(path);
            if (entry.file().isPresent()) {
                entry.file().get().durable = entry.file().get().bytes;
                continue;
            }
            for (NameChange change : List.copyOf(unforced)) {
                if (path.equals(change.path().getParent())) {
                    change.entry()
                            .ifPresentOrElse(
                                    made -> durable.put(change.path(), made),
                                    () -> durable.remove(change.path()));
                    unforced.remove(change);
                }
            }
        }
    }

    @Override
    public synchronized void move(Path from, Path to) throws IOException {
        step();
        require(to.getParent());
        Entry moved = require(from);
        change(to, Optional.of(moved));
        change(from, Optional.empty());
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        step();
        require(path);
        if (!list(path).isEmpty()) {
            throw new IOException("directory not empty: " + path);
        }
        change(path, Optional.empty());
    }

    @Override
    public void close() {}

    private void change(Path path, Optional<Entry> entry) {
        entry.ifPresentOrElse(made -> names.put(path, made), () -> names.remove(path));
        unforced.add(new NameChange(path, entry));
    }

    private Entry require(Path path) throws IOException {
        Entry entry = names.get(path);
        if (entry == null) {
            throw new NoSuchFileException(path.toString());
        }
        return entry;
    }

    private void step() throws IOException {
        if (steps++ >= failAfter) {
            throw new IOException("power lost");
        }
    }

    private static Inode lose(Inode inode, Random random) {
        byte[] left =
                Arrays.equals(inode.bytes, inode.durable)
                        ? inode.bytes
                        : switch (random.nextInt(4)) {
                            case 0 -> inode.durable;
                            case 1 -> inode.bytes;
                            case 2 ->
                                    Arrays.copyOf(
                                            inode.bytes, random.nextInt(inode.bytes.length + 1));
                            default -> new byte[inode.bytes.length];
                        };
        return new Inode(left.clone(), left.clone());
    }
}
