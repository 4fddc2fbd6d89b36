package dev.assay.agent.jobs;

import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.MarketException;

import org.jspecify.annotations.Nullable;

/** Ends an attempt with a cause; the message is the sentence that the tenant reads. */
final class AttemptFailure extends Exception {
    private final Cause cause;
    private final boolean marketsWord;

    private AttemptFailure(
            Cause cause, @Nullable String message, @Nullable Throwable why, boolean marketsWord) {
        super(message, why);
        this.cause = cause;
        this.marketsWord = marketsWord;
    }

    AttemptFailure(Cause cause, @Nullable String message, Throwable why) {
        this(cause, message, why, false);
    }

    AttemptFailure(Cause cause, String message) {
        this(cause, message, null, false);
    }

    /** The end was requested: by the market, or because the agent stops. */
    static AttemptFailure requested(Cause cause) {
        String message =
                switch (cause) {
                    case CANCELLED -> "the tenant ended the order";
                    case DEADLINE -> "the deadline passed before the work was done";
                    case AGENT_RESTARTED -> "the agent was stopped";
                    default -> "the market ended the lease";
                };
        return new AttemptFailure(cause, message, null, cause != Cause.AGENT_RESTARTED);
    }

    /** The market refused a document. */
    static AttemptFailure refused(String reason) {
        return new AttemptFailure(
                Cause.MARKET_ERROR, "the market refused a document: " + reason, null, true);
    }

    /** The market refused a message, or could not be reached. */
    static AttemptFailure of(MarketException e) {
        return new AttemptFailure(
                Cause.MARKET_ERROR,
                e.getMessage(),
                e,
                e.code() != MarketException.Code.UNAVAILABLE);
    }

    Cause reason() {
        return cause;
    }

    /** Whether the market itself gave the reason, and so knows that the work is at its end. */
    boolean isMarketsWord() {
        return marketsWord;
    }
}
