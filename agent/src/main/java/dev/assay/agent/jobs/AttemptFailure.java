package dev.assay.agent.jobs;

import dev.assay.protocol.lease.Cause;

import org.jspecify.annotations.Nullable;

/** Ends an attempt with a cause; the message is the sentence that the tenant reads. */
final class AttemptFailure extends Exception {
    private final Cause cause;

    AttemptFailure(Cause cause, @Nullable String message, Throwable why) {
        super(message, why);
        this.cause = cause;
    }

    AttemptFailure(Cause cause, String message) {
        super(message);
        this.cause = cause;
    }

    Cause reason() {
        return cause;
    }
}
