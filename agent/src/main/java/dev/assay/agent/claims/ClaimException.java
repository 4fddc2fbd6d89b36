package dev.assay.agent.claims;

/** A claim cannot be granted; the message says what is wrong with which GPU. */
public final class ClaimException extends Exception {
    private final Code code;

    /** What a caller may tell apart. */
    public enum Code {
        /** There are fewer free GPUs than asked for. */
        NOT_ENOUGH,
        /** A GPU of an earlier claim is gone, unhealthy, or in use by somebody else. */
        LOST
    }

    ClaimException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
