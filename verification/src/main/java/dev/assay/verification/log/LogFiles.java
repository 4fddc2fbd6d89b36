package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.nio.file.Path;
import java.util.Optional;

/** The files of one log, named by their paths from its root, each replaced whole or not at all. */
interface LogFiles extends AutoCloseable {
    /** The file's absolute path, for messages. */
    Path path(String file);

    /**
     * The file's bytes, or empty when there is no such file. A file longer than allowed is corrupt.
     */
    Optional<byte[]> read(String file, int maxBytes) throws VerificationException;

    /** Replaces the file by these bytes; durable after the next {@link #sync}. */
    void write(String file, byte[] bytes) throws VerificationException;

    /** Makes every write so far durable. */
    void sync() throws VerificationException;

    /** Removes a directory of files that nobody needs any more; what resists stays. */
    void discard(String directory);

    @Override
    void close() throws VerificationException;

    /** The bytes of a file that must be there. */
    default byte[] require(String file, int maxBytes) throws VerificationException {
        return read(file, maxBytes).orElseThrow(() -> corrupt(file, "it is missing"));
    }

    /** The refusal of a log because of this file. */
    default VerificationException corrupt(String file, String why) {
        return new VerificationException(
                Code.LOG_CORRUPT,
                "log file "
                        + path(file)
                        + " was changed or lost: "
                        + why
                        + "; restore it from a copy");
    }
}
