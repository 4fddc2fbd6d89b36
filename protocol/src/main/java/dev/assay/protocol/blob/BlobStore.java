package dev.assay.protocol.blob;

import dev.assay.protocol.blob.BlobException.Code;
import dev.assay.protocol.id.Digest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * Blobs by digest in a directory.
 *
 * <pre>
 * root/sha256/3f/3f9a…   one file a blob, named by its digest
 * root/tmp/…             writes in progress
 * </pre>
 *
 * A write goes to a temporary file, is forced to disk, and is moved into place: a blob is there
 * whole or not at all. A read checks the digest; a blob that does not match is an error, never a
 * warning. Thread-safe, and safe for several processes over one directory.
 */
public final class BlobStore {
    private static final int BUFFER = 1 << 16;

    private final Path blobs;
    private final Path temporary;

    private BlobStore(Path root) {
        this.blobs = root.resolve("sha256");
        this.temporary = root.resolve("tmp");
    }

    /** Opens the store in this directory, creating it when absent. */
    public static BlobStore open(Path root) throws BlobException {
        BlobStore store = new BlobStore(root);
        try {
            Files.createDirectories(store.blobs);
            Files.createDirectories(store.temporary);
            return store;
        } catch (IOException e) {
            throw new BlobException(
                    Code.IO,
                    "cannot create the blob store in "
                            + root
                            + ": "
                            + reason(e)
                            + "; choose a writable directory",
                    e);
        }
    }

    /** Stores these bytes. */
    public Digest put(byte[] bytes) throws BlobException {
        return put(new java.io.ByteArrayInputStream(bytes), bytes.length);
    }

    /** Stores a copy of a file. */
    public Digest put(Path file) throws BlobException {
        try (InputStream in = Files.newInputStream(file)) {
            return put(in, Files.size(file));
        } catch (IOException e) {
            throw new BlobException(Code.IO, "cannot read " + file + ": " + reason(e), e);
        }
    }

    /** Stores what the stream yields, at most {@code maxBytes}. */
    public Digest put(InputStream in, long maxBytes) throws BlobException {
        Path partial = null;
        try {
            partial = Files.createTempFile(temporary, "blob", ".part");
            Digest digest = write(in, maxBytes, partial);
            Path place = place(digest);
            Files.createDirectories(place.getParent());
            Files.move(partial, place, StandardCopyOption.ATOMIC_MOVE);
            return digest;
        } catch (IOException e) {
            throw new BlobException(
                    Code.IO,
                    "cannot write a blob under " + blobs.getParent() + ": " + reason(e),
                    e);
        } finally {
            discard(partial);
        }
    }

    public boolean has(Digest digest) {
        return Files.isRegularFile(place(digest));
    }

    /** The bytes of a blob, digest checked. */
    public byte[] read(Digest digest, long maxBytes) throws BlobException {
        Path place = present(digest);
        try {
            long size = Files.size(place);
            if (size > maxBytes) {
                throw new BlobException(
                        Code.TOO_LARGE,
                        "blob "
                                + digest
                                + " has "
                                + size
                                + " bytes; at most "
                                + maxBytes
                                + " are accepted here");
            }
            byte[] bytes = Files.readAllBytes(place);
            check(digest, Digest.sha256(bytes), place);
            return bytes;
        } catch (IOException e) {
            throw new BlobException(
                    Code.IO, "cannot read blob " + digest + " in " + place + ": " + reason(e), e);
        }
    }

    /** The file of a blob, digest checked; for reading only. */
    public Path file(Digest digest) throws BlobException {
        Path place = present(digest);
        try {
            check(digest, Digest.sha256(place), place);
            return place;
        } catch (IOException e) {
            throw new BlobException(
                    Code.IO, "cannot read blob " + digest + " in " + place + ": " + reason(e), e);
        }
    }

    private Path present(Digest digest) throws BlobException {
        Path place = place(digest);
        if (!Files.isRegularFile(place)) {
            throw new BlobException(Code.MISSING, "no blob " + digest + " in " + blobs.getParent());
        }
        return place;
    }

    private Path place(Digest digest) {
        String hex = digest.hex();
        return blobs.resolve(hex.substring(0, 2)).resolve(hex);
    }

    private static Digest write(InputStream in, long maxBytes, Path partial)
            throws IOException, BlobException {
        MessageDigest sha = Digest.sha256();
        byte[] buffer = new byte[BUFFER];
        long total = 0;
        try (FileChannel out = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                total += n;
                if (total > maxBytes) {
                    throw new BlobException(
                            Code.TOO_LARGE,
                            "a blob of more than the " + maxBytes + " bytes announced");
                }
                sha.update(buffer, 0, n);
                for (ByteBuffer rest = ByteBuffer.wrap(buffer, 0, n); rest.hasRemaining(); ) {
                    out.write(rest);
                }
            }
            out.force(true);
        }
        return Digest.of(sha.digest());
    }

    private static void check(Digest expected, Digest actual, Path place) throws BlobException {
        if (!actual.equals(expected)) {
            throw new BlobException(
                    Code.DIGEST_MISMATCH,
                    "blob "
                            + expected
                            + " was changed: "
                            + place
                            + " has digest "
                            + actual
                            + "; delete it and fetch it again");
        }
    }

    private static void discard(@org.jspecify.annotations.Nullable Path partial) {
        if (partial != null) {
            try {
                Files.deleteIfExists(partial);
            } catch (IOException e) {
                partial.toFile().deleteOnExit();
            }
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case FileAlreadyExistsException _ -> "a file of that name is in the way";
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }
}
