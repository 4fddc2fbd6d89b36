package dev.assay.verification.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The steps by which files reach a disk. Power may fail after any of them: a file's bytes are
 * certain only after {@link #force} of the file, and its name only after force of its directory.
 */
interface Disk extends AutoCloseable {
    /** At most so many bytes from the file's beginning, or empty when there is no such file. */
    Optional<byte[]> read(Path file, int maxBytes) throws IOException;

    /** Whether there is such a file or directory. */
    boolean exists(Path path);

    /** The paths in this directory; none when it is no directory. */
    List<Path> list(Path directory) throws IOException;

    /** Makes a directory in one that exists. */
    void createDirectory(Path directory) throws IOException;

    /** Makes the file, or replaces what is in it. */
    void write(Path file, byte[] bytes) throws IOException;

    /** Makes these files and directories durable: the bytes of files, the names in directories. */
    void force(Collection<Path> paths) throws IOException;

    /** Gives a file another name, replacing what has it. */
    void move(Path from, Path to) throws IOException;

    /** Removes a file, or an empty directory. */
    void delete(Path path) throws IOException;

    @Override
    void close() throws IOException;
}
