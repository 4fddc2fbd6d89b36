package dev.assay.verification;

import dev.assay.protocol.json.JsonException;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * Something that was to be verified does not stand up, or cannot be read. The code says which kind
 * of thing; the message says what was wrong, where, and what to do. When it is one field that is
 * wrong, the message begins with the field's name and a colon.
 */
public final class VerificationException extends Exception {
    /** What kind of thing failed. */
    public enum Code {
        /** Bytes that are not the one accepted form of what they should be. */
        BAD_ENCODING,
        /** A key that is invalid, of the wrong kind, or not the one that was named. */
        BAD_KEY,
        /** Certificates that stand up, but end at a root that nobody named as trusted. */
        UNKNOWN_ROOT,
        /** A signature that does not verify. */
        BAD_SIGNATURE,
        /** A statement that is malformed, of the wrong kind, or contradicts what is known. */
        BAD_STATEMENT,
        /** A receipt that does not continue its lease's chain. */
        BROKEN_CHAIN,
        /** A receipt whose period leaves a gap, overlaps, or is not in its lease's time. */
        BAD_PERIOD,
        /** A receipt that counts what its lease, its devices or its time cannot have. */
        IMPOSSIBLE_USAGE,
        /** A file that the work was ordered on is missing, or is not what the order says it is. */
        BAD_CONTENTS,
        /** A file that the provider was to leave is missing, or is no output of the work. */
        BAD_OUTPUT,
        /** A replay that could not run. */
        REPLAY_FAILED,
        /** A Merkle proof that does not lead to the root. */
        BAD_PROOF,
        /** A log checkpoint that is malformed, or of another log. */
        BAD_CHECKPOINT,
        /** A log's own files contradict each other. */
        LOG_CORRUPT,
        /** Another process owns the log's directory. */
        LOG_IN_USE,
        /** More bytes than the format allows. */
        TOO_LARGE,
        /** A file cannot be read or written. */
        IO
    }

    private final Code code;
    private final String field;
    private final String problem;

    public VerificationException(Code code, String message) {
        this(code, message, (Throwable) null);
    }

    /**
     * A refusal because of one field.
     *
     * @param field its name, such as {@code usage.sequence}
     */
    public VerificationException(Code code, String field, String problem) {
        super(field + ": " + problem);
        this.code = code;
        this.field = field;
        this.problem = problem;
    }

    /** A refusal of what is not the JSON that it should be. */
    public VerificationException(Code code, JsonException e) {
        super(e.getMessage(), e);
        this.code = code;
        this.field = e.field();
        this.problem = e.problem();
    }

    public VerificationException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.field = "";
        this.problem = message;
    }

    /** The kind of thing that failed. */
    public Code code() {
        return code;
    }

    /** The field that is wrong; empty when it is not one field alone. */
    public Optional<String> field() {
        return field.isEmpty() ? Optional.empty() : Optional.of(field);
    }

    /** The message without the field's name. */
    public String problem() {
        return problem;
    }
}
