package dev.assay.models.engine;

import org.jspecify.annotations.Nullable;

/** A graph that could not be run; the message says what is wrong, where, and what to do. */
public final class EngineException extends Exception {
    private final Code code;

    /** What kind of thing went wrong. */
    public enum Code {
        /** An input tensor does not have the type the graph declares. */
        BAD_INPUT,
        /** The graph uses something this engine does not run. */
        UNSUPPORTED,
        /** The engine cannot start on this machine. */
        UNAVAILABLE,
        /** The runner process ended before it answered. */
        RUNNER_LOST,
        /** The runner process was ended because the job wanted more memory than it may have. */
        MEMORY_LIMIT,
        /** The engine failed while it ran the graph. */
        FAILED
    }

    public EngineException(Code code, @Nullable String message) {
        super(message);
        this.code = code;
    }

    public EngineException(Code code, @Nullable String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
