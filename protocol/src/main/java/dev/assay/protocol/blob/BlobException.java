package dev.assay.protocol.blob;

import org.jspecify.annotations.Nullable;

/** A blob that is missing, changed, too large, or cannot be written; the message names it. */
public final class BlobException extends Exception {
    private final Code code;

    /** What kind of thing went wrong. */
    public enum Code {
        MISSING,
        DIGEST_MISMATCH,
        TOO_LARGE,
        IO
    }

    public BlobException(Code code, @Nullable String message) {
        super(message);
        this.code = code;
    }

    public BlobException(Code code, @Nullable String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
