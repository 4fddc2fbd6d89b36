package dev.assay.protocol.lease;

import java.util.Locale;

/** Why a lease or an order without a lease was closed. */
public enum CloseReason {
    /** The work was done and verified. */
    DONE,
    /** The tenant ended it. */
    OWNER,
    /** No provider offered an acceptable bid. */
    NO_BIDS,
    /** The attempt failed; the cause says why. */
    FAILED,
    /** The provider did not start in time. */
    MANIFEST_TIMEOUT,
    /** A check failed and the failure was reproduced. */
    AUDIT_FAILED,
    /** The provider did not come back. */
    PROVIDER_LOST;

    /** The name in statements: lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
