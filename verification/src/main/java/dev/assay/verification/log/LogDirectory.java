package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A directory of files that are replaced whole, and owned by one process: a lock file keeps the
 * second one out. A file is written beside its place, forced to the disk and moved; the move is
 * durable after {@link #sync}.
 */
final class LogDirectory implements LogFiles {
    private final Path root;
    private final FileChannel lockFile;
    private final Set<Path> unsynced = new LinkedHashSet<>();

    private LogDirectory(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /** Takes possession of the directory, which is created when absent. */
    static LogDirectory open(Path directory) throws VerificationException {
        Path root = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(root);
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
            return new LogDirectory(root, lockFile);
        } catch (IOException e) {
            throw failed("open log directory", root, e);
        }
    }

    @Override
    public Path path(String file) {
        return root.resolve(file);
    }

    @Override
    public Optional<byte[]> read(String file, int maxBytes) throws VerificationException {
        try (InputStream in = Files.newInputStream(path(file))) {
            byte[] bytes = in.readNBytes(maxBytes);
            if (in.read() >= 0) {
                throw corrupt(file, "it has more than " + maxBytes + " bytes");
            }
            return Optional.of(bytes);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("read", path(file), e);
        }
    }

    @Override
    public void write(String file, byte[] bytes) throws VerificationException {
        Path target = path(file);
        try {
            Path written = root.resolve(".next");
            try (FileChannel channel =
                    FileChannel.open(
                            written,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Path directory = target.resolveSibling("");
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
                for (Path above = directory; !above.equals(root); ) {
                    above = above.resolveSibling("");
                    unsynced.add(above);
                }
            }
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
            unsynced.add(directory);
        } catch (IOException e) {
            throw failed("write", target, e);
        }
    }

    @Override
    public void sync() throws VerificationException {
        for (Path directory : unsynced) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            } catch (IOException e) {
                throw failed("sync", directory, e);
            }
        }
        unsynced.clear();
    }

    @Override
    public void discard(String directory) {
        try (Stream<Path> files = Files.list(path(directory))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(path(directory));
        } catch (IOException e) {
            // Superseded files only take room.
        }
    }

    /** Gives the directory up. */
    @Override
    public void close() throws VerificationException {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw failed("unlock", root, e);
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
