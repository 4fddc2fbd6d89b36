package dev.assay.agent.claims;

import dev.assay.agent.journal.ClaimOutcome;
import dev.assay.agent.journal.JournalException;
import dev.assay.protocol.id.LeaseId;
import dev.assay.runtime.device.GpuId;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The right of a lease to some GPUs, or to none when it asked for none. Whoever took it ends it,
 * once, when nothing of the lease runs any more. Thread-safe.
 */
public final class GpuClaim {
    private final ClaimLedger ledger;
    private final LeaseId lease;
    private final List<GpuId> gpus;
    private final AtomicBoolean ended = new AtomicBoolean();

    GpuClaim(ClaimLedger ledger, LeaseId lease, List<GpuId> gpus) {
        this.ledger = ledger;
        this.lease = lease;
        this.gpus = List.copyOf(gpus);
    }

    public LeaseId lease() {
        return lease;
    }

    /** The GPUs, in the order in which the lease's programs number them. */
    public List<GpuId> gpus() {
        return gpus;
    }

    /**
     * Ends the claim.
     *
     * @throws JournalException it could not be written down: the GPUs stay claimed until the agent
     *     starts again
     * @throws IllegalStateException it was ended before
     */
    public void end(ClaimOutcome outcome) throws JournalException {
        if (!ended.compareAndSet(false, true)) {
            throw new IllegalStateException("the claim of lease " + lease.brief() + " has ended");
        }
        ledger.ended(this, outcome);
    }
}
