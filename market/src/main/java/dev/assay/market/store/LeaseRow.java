package dev.assay.market.store;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.LeaseState;

/**
 * A lease as the database knows it; its terms are in the signed document.
 *
 * @param stopping whether the tenant has ended it and the market waits for the agent's last word
 */
public record LeaseRow(
        LeaseId id,
        OrderId order,
        KeyId provider,
        LeaseState state,
        AttemptState attempt,
        boolean stopping) {
    /** A new lease and a new attempt, each in its first state. */
    public static LeaseRow first(LeaseId id, OrderId order, KeyId provider) {
        return new LeaseRow(
                id,
                order,
                provider,
                LeaseState.LIFECYCLE.initial(),
                AttemptState.LIFECYCLE.initial(),
                false);
    }

    /** The same lease with its attempt in another state. */
    public LeaseRow with(AttemptState moved) {
        return new LeaseRow(id, order, provider, state, moved, stopping);
    }

    /** The same lease, which its tenant has ended. */
    public LeaseRow stopped() {
        return new LeaseRow(id, order, provider, state, attempt, true);
    }
}
