package dev.assay.protocol.lease;

/** Where a tenant's order stands. */
public enum OrderState {
    /** Bids are taken. */
    OPEN,
    /** A lease was created. */
    MATCHED,
    /** No acceptable bid came in time. */
    EXPIRED,
    /** The tenant withdrew it. */
    CANCELLED;

    /** Which state may follow which. */
    public static final Lifecycle<OrderState> LIFECYCLE =
            Lifecycle.of("order", OrderState.class, OPEN)
                    .edges(OPEN, MATCHED, EXPIRED, CANCELLED)
                    .build();
}
