package dev.assay.market.ledger;

import dev.assay.protocol.id.Digest;

/**
 * The document that caused a transfer.
 *
 * @param digest of the statement, or the id of a payment from outside
 */
public record Citation(Kind kind, Digest digest) {
    /** What kind of document it is. */
    public enum Kind {
        /** A payment from outside. */
        FUNDING,
        /** A tenant's order. */
        ORDER,
        /** The market's lease. */
        LEASE,
        /** The market's settlement. */
        SETTLEMENT
    }
}
