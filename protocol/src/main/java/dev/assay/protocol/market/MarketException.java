package dev.assay.protocol.market;

import org.jspecify.annotations.Nullable;

/**
 * The market refused a request or cannot be reached; the message says what was wrong and what to
 * do.
 */
public final class MarketException extends Exception {
    private final Code code;

    /** What kind of thing went wrong. */
    public enum Code {
        /** A document is malformed, badly signed, or contradicts what the market knows. */
        REFUSED,
        /** No such order, lease or log entry. */
        UNKNOWN,
        /** The tenant's account does not cover the deposit. */
        INSUFFICIENT_FUNDS,
        /** The request comes too late: deadline passed, order or lease closed. */
        TOO_LATE,
        /** The market's storage or the connection to it failed. */
        UNAVAILABLE
    }

    public MarketException(Code code, @Nullable String message) {
        super(message);
        this.code = code;
    }

    public MarketException(Code code, @Nullable String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
