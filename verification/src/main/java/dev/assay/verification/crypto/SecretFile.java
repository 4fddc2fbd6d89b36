package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that only its owner may read (0600). One that others may read is refused, since they may
 * know already what is in it, and so is a symbolic link, which is not the file that was checked.
 */
public record SecretFile(Path path) {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<?> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> DIRECTORY_MODE =
            PosixFilePermissions.asFileAttribute(OWNER_ONLY);

    public SecretFile {
        path = path.toAbsolutePath();
    }

    /** Whether there is anything under this path, a dangling link included. */
    public boolean exists() {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** All of the file, at most so many bytes. */
    public byte[] read(int maxBytes) throws VerificationException {
        try {
            PosixFileAttributes file =
                    Files.readAttributes(
                            path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (file.isSymbolicLink()) {
                throw new VerificationException(
                        Code.BAD_KEY,
                        "key file "
                                + path
                                + " is a symbolic link; name the file itself, or put it there");
            }
            if (!file.isRegularFile()) {
                throw new IOException("it is no regular file");
            }
            checkMode("key file", path, file.permissions());
            try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
                byte[] bytes = in.readNBytes(maxBytes + 1);
                if (bytes.length > maxBytes) {
                    throw new IOException("more than " + maxBytes + " bytes");
                }
                return bytes;
            }
        } catch (IOException | UnsupportedOperationException e) {
            throw new VerificationException(
                    Code.IO,
                    "cannot read key file "
                            + path
                            + ": "
                            + e
                            + "; it must be a file this user may read",
                    e);
        }
    }

    /** Refuses a file with this mode when somebody besides its owner may read or write it. */
    public static void checkMode(String what, Path path, Set<PosixFilePermission> mode)
            throws VerificationException {
        if (!OWNER_ONLY.containsAll(mode)) {
            throw new VerificationException(
                    Code.BAD_KEY,
                    what
                            + " "
                            + path
                            + " is open to others ("
                            + PosixFilePermissions.toString(mode)
                            + "): replace what is in it if it may have been read, otherwise run"
                            + " chmod 600 "
                            + path);
        }
    }

    /**
     * Puts these bytes in place whole or not at all, and durably; says whether it did. An existing
     * file stays as it is.
     */
    public boolean create(byte[] bytes) throws VerificationException {
        try {
            Path directory = path.resolveSibling("");
            Files.createDirectories(directory, DIRECTORY_MODE);
            Path temporary = Files.createTempFile(directory, ".key", ".tmp", FILE_MODE);
            try {
                try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                    channel.force(true);
                }
                // A hard link is the move that never replaces an existing file.
                Files.createLink(path, temporary);
            } finally {
                Files.delete(temporary);
            }
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException | UnsupportedOperationException e) {
            throw new VerificationException(
                    Code.IO,
                    "cannot create key file "
                            + path
                            + ": "
                            + e
                            + "; the directory must be writable",
                    e);
        }
    }
}
