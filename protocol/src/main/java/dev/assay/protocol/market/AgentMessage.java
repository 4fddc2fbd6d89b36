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

    /**
     * So much was fetched of what the work needs, an image for one.
     *
     * @param totalBytes as far as it is known yet
     */
    record ReportFetch(LeaseId lease, long doneBytes, long totalBytes) implements AgentMessage {
        public ReportFetch {
            if (doneBytes < 0 || doneBytes > totalBytes) {
                throw new IllegalArgumentException("bytes fetched must be from 0 to the total");
            }
        }
    }

    /** What the lease's containers wrote since the last such report. */
    record ReportOutput(LeaseId lease, Output output) implements AgentMessage {}

    /** Something out of the tenant's shell. */
    record ReportShell(LeaseId lease, long session, ShellOutput output) implements AgentMessage {}

    /** A signed usage statement for the lease. */
    record SubmitReceipt(LeaseId lease, Bytes envelope) implements AgentMessage {}

    /** The signed result statement of the lease. */
    record SubmitResult(LeaseId lease, Bytes envelope) implements AgentMessage {}
}
