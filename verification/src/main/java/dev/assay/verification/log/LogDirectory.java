package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A directory of files that are replaced whole, owned by one process: a lock file keeps the second
 * one out. A commit is a set of files and one more, the mark, that says that they are there:
 *
 * <pre>
 * write each file and the mark under .next, and move the files to their names
 * force the files, the directories they are in, and the mark
 * move the mark to its name, and force the root
 * </pre>
 *
 * The names of a commit's files must be new ones, since these may be torn when power fails before
 * the mark is there. So after a crash the mark is the old one or the new one, and with the new one
 * every file of the commit is there whole. Thread-safe: commits take turns, and reads need no turn.
 */
final class LogDirectory implements LogFiles, AutoCloseable {
    private static final String NEXT = ".next";

    private final Path root;
    private final Disk disk;
    private final Closeable lock;

    private LogDirectory(Path root, Disk disk, Closeable lock) {
        this.root = root;
        this.disk = disk;
        this.lock = lock;
    }

    /** Takes possession of the directory, which is created when absent. */
    static LogDirectory open(Path directory) throws VerificationException {
        Path root = directory.toAbsolutePath().normalize();
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root);
                try (FileChannel parent =
                        FileChannel.open(root.resolveSibling(""), StandardOpenOption.READ)) {
                    parent.force(true);
                }
            }
            FileChannel lockFile =
                    FileChannel.open(
                            root.resolve(".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (!lock(lockFile)) {
                lockFile.close();
                throw new VerificationException(
                        Code.LOG_IN_USE,
                        "log directory "
                                + root
                                + " belongs to a running process; stop it, or name another"
                                + " directory");
            }
            return on(root, new FileDisk(), lockFile);
        } catch (IOException e) {
            throw failed("open log directory", root, e);
        }
    }

    /** The directory on this disk, where nobody else writes. */
    static LogDirectory on(Path root, Disk disk, Closeable lock) throws VerificationException {
        LogDirectory directory = new LogDirectory(root, disk, lock);
        directory.discard(NEXT);
        return directory;
    }

    /** The directory for reading alone: somebody else may own it. */
    static LogFiles reading(Path directory) {
        return new LogDirectory(directory.toAbsolutePath().normalize(), new FileDisk(), () -> {});
    }

    @Override
    public String name(String file) {
        return root.resolve(file).toString();
    }

    @Override
    public Optional<byte[]> read(String file, int maxBytes) throws VerificationException {
        Optional<byte[]> bytes;
        try {
            bytes = disk.read(root.resolve(file), maxBytes + 1);
        } catch (IOException e) {
            throw failed("read", root.resolve(file), e);
        }
        if (bytes.isPresent() && bytes.get().length > maxBytes) {
            throw corrupt(file, "it has more than " + maxBytes + " bytes");
        }
        return bytes;
    }

    /** Whether there is such a file or directory. */
    boolean exists(String file) {
        return disk.exists(root.resolve(file));
    }

    /** The names of the files in this directory. */
    List<String> list(String directory) throws VerificationException {
        try {
            return disk.list(root.resolve(directory)).stream()
                    .map(path -> path.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            throw failed("list", root.resolve(directory), e);
        }
    }

    /** Makes these files durable, and then the mark, which replaces the one before. */
    synchronized void commit(Map<String, byte[]> files, String mark, byte[] markBytes)
            throws VerificationException {
        try {
            Path next = root.resolve(NEXT);
            if (!disk.exists(next)) {
                disk.createDirectory(next);
            }
            List<Path> written = new ArrayList<>();
            for (byte[] bytes : files.values()) {
                written.add(write(next, written.size(), bytes));
            }
            Path writtenMark = write(next, written.size(), markBytes);
            Set<Path> unforced = moveAll(files.keySet(), written);
            unforced.add(writtenMark);
            disk.force(unforced);
            disk.move(writtenMark, root.resolve(mark));
            disk.force(List.of(root));
        } catch (IOException e) {
            throw failed("commit to", root, e);
        }
    }

    /** Removes a file that nobody needs any more, or a directory of files; what resists stays. */
    void discard(String path) {
        try {
            for (Path file : disk.list(root.resolve(path))) {
                disk.delete(file);
            }
            disk.delete(root.resolve(path));
        } catch (IOException e) {
            // Superseded files only take room.
        }
    }

    /** Removes these files for good. */
    synchronized void remove(List<String> names) throws VerificationException {
        Set<Path> changed = new LinkedHashSet<>();
        try {
            for (String name : names) {
                disk.delete(root.resolve(name));
                changed.add(root.resolve(name).resolveSibling(""));
            }
            if (!changed.isEmpty()) {
                disk.force(changed);
            }
        } catch (IOException e) {
            throw failed("remove files beyond the checkpoint from", root, e);
        }
    }

    /** Gives the directory up. */
    @Override
    public void close() throws VerificationException {
        try (lock) {
            disk.close();
        } catch (IOException e) {
            throw failed("unlock", root, e);
        }
    }

    private Path write(Path directory, int number, byte[] bytes) throws IOException {
        Path file = directory.resolve(Integer.toString(number));
        disk.write(file, bytes);
        return file;
    }

    /** The files by their new names, and the directories that have these. */
    private Set<Path> moveAll(Collection<String> names, List<Path> written) throws IOException {
        Set<Path> changed = new LinkedHashSet<>();
        int next = 0;
        for (String name : names) {
            Path target = root.resolve(name);
            Path directory = target.resolveSibling("");
            create(directory, changed);
            disk.move(written.get(next++), target);
            changed.add(target);
            changed.add(directory);
        }
        return changed;
    }

    private void create(Path directory, Set<Path> changed) throws IOException {
        if (!disk.exists(directory)) {
            Path above = directory.resolveSibling("");
            create(above, changed);
            disk.createDirectory(directory);
            changed.add(above);
        }
    }

    private static boolean lock(FileChannel lockFile) throws IOException {
        try {
            return lockFile.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static VerificationException failed(String what, Path path, Exception cause) {
        return new VerificationException(
                Code.IO,
                "cannot "
                        + what
                        + " "
                        + path
                        + ": "
                        + cause
                        + "; check its permissions and free space",
                cause);
    }
}
