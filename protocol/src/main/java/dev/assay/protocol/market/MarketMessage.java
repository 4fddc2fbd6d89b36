package dev.assay.protocol.market;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.CloseReason;

/** What the market says to an agent. */
public sealed interface MarketMessage {
    /** An order is open for bids; answer with a bid or a refusal. */
    record Offer(OrderId order, Bytes orderEnvelope) implements MarketMessage {}

    /** A bid did not win; its deposit went back. */
    record NotAwarded(OrderId order) implements MarketMessage {}

    /**
     * A bid won: do the work of this lease. Repeated when the agent connects again and the market
     * has no result yet.
     */
    record Award(LeaseId lease, Bytes leaseEnvelope, Bytes orderEnvelope)
            implements MarketMessage {}

    /**
     * The tenant opens a shell in a container of the lease; one at a time.
     *
     * @param session tells this shell's messages from those of an earlier one
     */
    record OpenShell(LeaseId lease, long session, ShellRequest request) implements MarketMessage {}

    /** Something for the tenant's shell. */
    record TellShell(LeaseId lease, long session, ShellInput input) implements MarketMessage {}

    /** A receipt or result was verified and is in the log at this index. */
    record Accepted(LeaseId lease, Bytes envelope, long index) implements MarketMessage {}

    /** A receipt or result was refused. */
    record Refused(LeaseId lease, Bytes envelope, String reason) implements MarketMessage {}

    /** Stop working on the lease. */
    record Stop(LeaseId lease, CloseReason reason) implements MarketMessage {}

    /** The lease is settled. */
    record LeaseClosed(LeaseId lease, CloseReason reason, Bytes settlementEnvelope)
            implements MarketMessage {}
}
