package dev.assay.protocol.lease;

/** Where an agent stands with the work of one lease. */
public enum AttemptState {
    /** The lease is known; nothing was done yet. */
    ASSIGNED,
    /** Resources are claimed, blobs fetched and checked, the model loaded. */
    PREPARING,
    /** The engine computes. */
    RUNNING,
    /** Outputs are stored, the last receipt is logged, and hardware is asked to vouch. */
    FINISHING,
    /** The result is signed and logged. */
    ATTESTING,
    /** The result is in the log. */
    DONE,
    /** It ended with a cause. */
    FAILED,
    /** The tenant ended it. */
    CANCELLED,
    /** The agent restarted and finds out what is true, or takes the work up again. */
    RECOVERING;

    /** Which state may follow which. */
    public static final Lifecycle<AttemptState> LIFECYCLE =
            Lifecycle.of("attempt", AttemptState.class, ASSIGNED)
                    .edges(ASSIGNED, PREPARING, FAILED, CANCELLED, RECOVERING)
                    .edges(PREPARING, RUNNING, FAILED, CANCELLED, RECOVERING)
                    .edges(RUNNING, FINISHING, FAILED, CANCELLED, RECOVERING)
                    .edges(FINISHING, ATTESTING, FAILED, CANCELLED, RECOVERING)
                    .edges(ATTESTING, DONE, FAILED, CANCELLED, RECOVERING)
                    .edges(RECOVERING, RUNNING, FAILED, CANCELLED, DONE)
                    .build();

    public boolean isFinal() {
        return LIFECYCLE.isFinal(this);
    }
}
