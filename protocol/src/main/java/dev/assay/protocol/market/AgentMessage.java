package dev.assay.protocol.market;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.money.MicroAmount;

import java.util.Optional;

/** What an agent says to the market. */
public sealed interface AgentMessage {
    /** Offers to do an order's work at a rate, in the order's denom and unit. */
    record PlaceBid(OrderId order, MicroAmount rate) implements AgentMessage {}

    /** Will not bid on an order, and why. */
    record Decline(OrderId order, String reason) implements AgentMessage {}

    /** The attempt changed its state. */
    record ReportAttempt(LeaseId lease, AttemptState state, Optional<Cause> cause, String detail)
            implements AgentMessage {}

    /** Work done so far. */
    record ReportProgress(LeaseId lease, Progress progress) implements AgentMessage {}

    /** A signed usage statement for the lease. */
    record SubmitReceipt(LeaseId lease, Bytes envelope) implements AgentMessage {}

    /** The signed result statement of the lease. */
    record SubmitResult(LeaseId lease, Bytes envelope) implements AgentMessage {}
}
