package dev.assay.verification.log;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

import java.util.Optional;

/** Where the files of one log are read, named by their paths from its root. Thread-safe. */
public interface LogFiles {
    /** The file's whole name, for messages. */
    String name(String file);

    /**
     * The file's bytes, or empty when there is no such file. A file longer than allowed is corrupt.
     */
    Optional<byte[]> read(String file, int maxBytes) throws VerificationException;

    /** The bytes of a file that must be there. */
    default byte[] require(String file, int maxBytes) throws VerificationException {
        return read(file, maxBytes).orElseThrow(() -> corrupt(file, "it is missing"));
    }

    /** The refusal of a log because of this file. */
    default VerificationException corrupt(String file, String why) {
        return new VerificationException(
                Code.LOG_CORRUPT,
                "log file "
                        + name(file)
                        + " was changed or lost: "
                        + why
                        + "; restore it from a copy");
    }
}
