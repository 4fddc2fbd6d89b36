package dev.assay.agent.jobs;

import java.util.Optional;

/**
 * Asks an attempt to end early. The first request counts; what it is to interrupt right away
 * registers itself. Thread-safe.
 */
final class Cancellation {
    private Optional<AttemptFailure> requested = Optional.empty();
    private Runnable interrupt = () -> {};

    /** Requests the end for this reason, and interrupts what is registered. */
    synchronized void request(AttemptFailure reason) {
        if (requested.isEmpty()) {
            requested = Optional.of(reason);
            interrupt.run();
        }
    }

    /**
     * Registers what a request must interrupt from now on; run at once when one was made already.
     */
    synchronized void onRequest(Runnable action) {
        interrupt = action;
        if (requested.isPresent()) {
            action.run();
        }
    }

    /** Why the end was requested, if it was. */
    synchronized Optional<AttemptFailure> requested() {
        return requested;
    }

    /** Ends the attempt here when its end was requested. */
    void check() throws AttemptFailure {
        Optional<AttemptFailure> reason = requested();
        if (reason.isPresent()) {
            throw reason.get();
        }
    }
}
