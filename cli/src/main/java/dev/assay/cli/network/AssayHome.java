package dev.assay.cli.network;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directory that holds everything Assay keeps, used by one process at a time.
 *
 * <pre>
 * keys/       key files, mode 0600             blobs/    content-addressed blobs
 * market/     ledger and orders (SQLite), the transparency log's tiles, statements about keys
 * agents/     each agent's journal (SQLite)    cache/    extracted native libraries
 * tenant/     orders that are not closed yet   jobs/     results and evidence, one folder an order
 * containers/ workspaces of running containers   auditor/  checkpoints that assay audit saw
 * </pre>
 */
public final class AssayHome implements AutoCloseable {
    private final Path root;
    private final FileChannel channel;
    private final FileLock lock;

    private AssayHome(Path root, FileChannel channel, FileLock lock) {
        this.root = root;
        this.channel = channel;
        this.lock = lock;
    }

    /** {@code $ASSAY_HOME}, or {@code ~/.assay}. */
    public static Path defaultRoot() {
        String home = System.getenv("ASSAY_HOME");
        return home == null || home.isBlank()
                ? Path.of(System.getProperty("user.home"), ".assay")
                : Path.of(home);
    }

    /** Where an audit keeps the checkpoints that it saw; needs no home of its own. */
    public static Path auditorCheckpoints(Path root) {
        return root.resolve("auditor").resolve("checkpoints");
    }

    /** Opens a home for this process alone, creating it when absent. */
    public static AssayHome open(Path root) throws HomeException {
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root);
                Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
            }
            FileChannel channel =
                    FileChannel.open(
                            root.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new HomeException(
                        root
                                + " is in use by another assay process; wait for it, or set"
                                + " ASSAY_HOME to another directory");
            }
            return new AssayHome(root.toAbsolutePath(), channel, lock);
        } catch (IOException e) {
            throw new HomeException(
                    "cannot use "
                            + root
                            + ": "
                            + reason(e)
                            + "; set ASSAY_HOME to a directory you can write to",
                    e);
        }
    }

    public Path root() {
        return root;
    }

    public Path keys() {
        return root.resolve("keys");
    }

    public Path blobs() {
        return root.resolve("blobs");
    }

    public Path market() {
        return root.resolve("market");
    }

    public Path agents() {
        return root.resolve("agents");
    }

    public Path containers() {
        return root.resolve("containers");
    }

    public Path cache() {
        return root.resolve("cache");
    }

    public Path tenant() {
        return root.resolve("tenant");
    }

    public Path jobs() {
        return root.resolve("jobs");
    }

    @Override
    public void close() throws HomeException {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new HomeException("cannot release " + root + ": " + e.getMessage(), e);
        }
    }

    private static @org.jspecify.annotations.Nullable FileLock tryLock(FileChannel channel)
            throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException f when f.getReason() != null -> String.valueOf(f.getReason());
            default -> e.getClass().getSimpleName() + " " + e.getMessage();
        };
    }
}
