package dev.assay.protocol.lease;

/** Where a lease stands. */
public enum LeaseState {
    /** The deposit is locked. */
    ACTIVE,
    /** The deposit is used up; work is paused. */
    OVERDRAWN,
    /** Settled: nothing is locked for it any more. */
    CLOSED;

    /** Which state may follow which. */
    public static final Lifecycle<LeaseState> LIFECYCLE =
            Lifecycle.of("lease", LeaseState.class, ACTIVE)
                    .edges(ACTIVE, OVERDRAWN, CLOSED)
                    .edges(OVERDRAWN, ACTIVE, CLOSED)
                    .build();
}
