package dev.assay.protocol.lease;

/** Where a provider's bid stands. */
public enum BidState {
    /** Its deposit is held. */
    OPEN,
    /** It became the lease. */
    WON,
    /** Another bid became the lease; the deposit went back. */
    LOST,
    /** The order closed without a lease, or the provider took it back; the deposit went back. */
    WITHDRAWN;

    /** Which state may follow which. */
    public static final Lifecycle<BidState> LIFECYCLE =
            Lifecycle.of("bid", BidState.class, OPEN).edges(OPEN, WON, LOST, WITHDRAWN).build();
}
