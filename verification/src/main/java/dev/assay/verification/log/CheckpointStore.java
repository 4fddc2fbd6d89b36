package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.LogVerifyingKey;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The newest checkpoint that somebody has seen of each log, in a directory that one process owns:
 *
 * <pre>
 * HEX SHA256(origin)     the log's checkpoint, a signed note
 * .lock, .next           the owner's own
 * </pre>
 *
 * What was kept is there after a crash. Thread-safe.
 */
public final class CheckpointStore implements AutoCloseable {
    private final LogDirectory files;

    private CheckpointStore(LogDirectory files) {
        this.files = files;
    }

    /** Opens the store in this directory, which is created when absent. */
    public static CheckpointStore open(Path directory) throws VerificationException {
        return in(LogDirectory.open(directory));
    }

    static CheckpointStore in(LogDirectory files) {
        return new CheckpointStore(files);
    }

    /** The checkpoint that was kept last of the log with this key, which must have signed it. */
    public Optional<VerifiedCheckpoint> find(LogVerifyingKey key) throws VerificationException {
        return CommittedLog.checkpoint(files, file(key.origin()), key);
    }

    /** Replaces the checkpoint of its log; durable on return. */
    public void keep(VerifiedCheckpoint checkpoint) throws VerificationException {
        files.commit(Map.of(), file(checkpoint.origin()), checkpoint.note().bytes());
    }

    @Override
    public void close() throws VerificationException {
        files.close();
    }

    private static String file(String origin) {
        return Digest.sha256(origin.getBytes(StandardCharsets.US_ASCII)).hex();
    }
}
