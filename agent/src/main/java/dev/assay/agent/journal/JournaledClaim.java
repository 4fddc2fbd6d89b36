package dev.assay.agent.journal;

import dev.assay.protocol.id.LeaseId;
import dev.assay.runtime.device.GpuId;

import java.time.Instant;
import java.util.Optional;

/**
 * A claim of a lease on one GPU, as the journal has it.
 *
 * @param end nothing while it is open
 */
public record JournaledClaim(LeaseId lease, GpuId gpu, Instant grantedOn, Optional<End> end) {
    /** When and how a claim ended. */
    public record End(Instant on, ClaimOutcome outcome) {}

    public boolean isOpen() {
        return end.isEmpty();
    }
}
