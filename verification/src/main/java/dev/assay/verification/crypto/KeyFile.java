package dev.assay.verification.crypto;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/**
 * A private key on disk: PKCS#8 PEM in a file that only its owner may read (0600), in a directory
 * made 0700. A file that others may read is refused, since its key may be known already.
 */
public record KeyFile(Path path) {
    private static final int MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<?> FILE_MODE =
            PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    private static final FileAttribute<?> DIRECTORY_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** Reads one kind of key. */
    private interface Parser<K> {
        K parse(String pem) throws VerificationException;
    }

    public KeyFile {
        path = path.toAbsolutePath();
    }

    /** The attestation key in this file, which is created with a new key when absent. */
    public SigningKey signingKey(SecureRandom random) throws VerificationException {
        if (!Files.exists(path)) {
            store(SigningKey.create(random).toPem());
        }
        return existingSigningKey();
    }

    /** The attestation key in this file, which must be there. */
    public SigningKey existingSigningKey() throws VerificationException {
        return load(SigningKey::fromPem);
    }

    /** The log key in this file, which is created with a new key when absent. */
    public LogSigningKey logSigningKey(String origin, SecureRandom random)
            throws VerificationException {
        if (!Files.exists(path)) {
            store(LogSigningKey.create(origin, random).toPem());
        }
        return load(pem -> LogSigningKey.fromPem(origin, pem));
    }

    private <K> K load(Parser<K> parser) throws VerificationException {
        String pem;
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
            if (!OWNER_ONLY.containsAll(mode)) {
                throw new VerificationException(
                        Code.BAD_KEY,
                        "key file "
                                + path
                                + " is open to others ("
                                + PosixFilePermissions.toString(mode)
                                + "): replace the key if it may have been read, otherwise run chmod"
                                + " 600 "
                                + path);
            }
            pem = read();
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
        try {
            return parser.parse(pem);
        } catch (VerificationException e) {
            throw new VerificationException(
                    e.code(),
                    "key file "
                            + path
                            + ": "
                            + e.getMessage()
                            + "; restore it, or move it away for a new key",
                    e);
        }
    }

    private String read() throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException("more than " + MAX_BYTES + " bytes");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /** Puts the key in place whole or not at all; when another process was first, its key stays. */
    private void store(String pem) throws VerificationException {
        try {
            Path directory = path.resolveSibling("");
            Files.createDirectories(directory, DIRECTORY_MODE);
            Path temporary = Files.createTempFile(directory, ".key", ".tmp", FILE_MODE);
            try {
                try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(pem.getBytes(StandardCharsets.US_ASCII)));
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
        } catch (FileAlreadyExistsException e) {
            // The other process's key is as good: load it.
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
