package dev.assay.models;

import org.jspecify.annotations.Nullable;

/**
 * A model, graph or tensor that cannot be used; the message says what is wrong, where, and what to
 * do.
 */
public final class ModelException extends Exception {
    private final Code code;

    /** What kind of thing went wrong. */
    public enum Code {
        /** An operator got inputs of shapes or types it does not take. */
        BAD_GRAPH,
        /** A manifest, weights file or input file is malformed. */
        BAD_FORMAT,
        /** A number is NaN or infinite where only finite ones are allowed. */
        NOT_FINITE,
        /** Bytes do not have the digest they should have. */
        DIGEST_MISMATCH,
        /** The model, or a file of it, is not there. */
        MISSING
    }

    public ModelException(Code code, @Nullable String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
