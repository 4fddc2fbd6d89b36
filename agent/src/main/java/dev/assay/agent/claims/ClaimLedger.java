package dev.assay.agent.claims;

import dev.assay.agent.claims.ClaimException.Code;
import dev.assay.agent.journal.ClaimOutcome;
import dev.assay.agent.journal.ClaimTable;
import dev.assay.agent.journal.JournalException;
import dev.assay.agent.journal.JournaledClaim;
import dev.assay.protocol.id.LeaseId;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.inventory.GpuReport;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The owner of an agent's GPUs: grants claims on them to leases. A claim is in the journal before
 * anything uses its GPUs, and what is free is what the machine has now less the journal's open
 * claims; nothing is counted anywhere else. Thread-safe.
 */
public final class ClaimLedger {
    private final ClaimTable table;
    private final Supplier<List<GpuReport>> devices;

    /**
     * @param devices asks the machine's GPUs, each time anew; no GPUs for an agent that shares its
     *     machine with the agent that owns them
     */
    public ClaimLedger(ClaimTable table, Supplier<List<GpuReport>> devices) {
        this.table = table;
        this.devices = devices;
    }

    /** The GPUs as they are now. */
    public synchronized GpuStock stock() throws JournalException {
        return Stocktaking.of(devices.get(), claimed());
    }

    /** Grants a lease GPUs; its attempt must be in the journal. */
    public synchronized GpuClaim claim(LeaseId lease, int count)
            throws ClaimException, JournalException {
        if (count == 0) {
            return new GpuClaim(this, lease, List.of());
        }
        GpuStock stock = stock();
        List<GpuId> granted =
                stock.grantable(count)
                        .orElseThrow(
                                () ->
                                        new ClaimException(
                                                Code.NOT_ENOUGH,
                                                "needs "
                                                        + count
                                                        + " gpu; free: "
                                                        + stock.free()
                                                        + stock.obstacles()));
        table.open(lease, granted);
        return new GpuClaim(this, lease, granted);
    }

    /**
     * The claim with which an attempt goes on: the one that an earlier process left open, if its
     * GPUs are all still fit for use, or a new one when it had none yet. An unfit one is ended.
     */
    public synchronized GpuClaim carryOn(LeaseId lease, int count)
            throws ClaimException, JournalException {
        List<GpuId> left =
                table.open().stream()
                        .filter(claim -> claim.lease().equals(lease))
                        .map(JournaledClaim::gpu)
                        .toList();
        if (left.isEmpty()) {
            return claim(lease, count);
        }
        List<GpuReport> now = devices.get();
        Set<GpuId> others = claimed();
        left.forEach(others::remove);
        for (GpuId gpu : left) {
            Optional<String> obstacle = Stocktaking.obstacle(now, gpu, others);
            if (obstacle.isPresent()) {
                table.end(lease, ClaimOutcome.LOST);
                throw new ClaimException(Code.LOST, gpu + ": " + obstacle.get());
            }
        }
        return new GpuClaim(this, lease, left);
    }

    /**
     * Ends the claims that an earlier process left open for leases that nobody goes on with. Called
     * when nothing of that process runs any more, and before anything new is claimed.
     *
     * @param kept the leases whose attempts may go on
     */
    public synchronized void reconcile(Set<LeaseId> kept) throws JournalException {
        Set<LeaseId> left = new LinkedHashSet<>();
        table.open().forEach(claim -> left.add(claim.lease()));
        left.removeAll(kept);
        for (LeaseId lease : left) {
            table.end(lease, ClaimOutcome.RECONCILED);
        }
    }

    /** Ends what an earlier process left open for one lease, if anything. */
    public synchronized void reconcile(LeaseId lease) throws JournalException {
        table.end(lease, ClaimOutcome.RECONCILED);
    }

    /** Whether a GPU of this claim can be used no more. */
    public boolean isLost(GpuClaim claim) {
        List<GpuReport> now = claim.gpus().isEmpty() ? List.of() : devices.get();
        GpuStock stock = Stocktaking.of(now, Set.copyOf(claim.gpus()));
        return !stock.claimed().containsAll(claim.gpus());
    }

    synchronized void ended(GpuClaim claim, ClaimOutcome outcome) throws JournalException {
        int ended = claim.gpus().isEmpty() ? 0 : table.end(claim.lease(), outcome);
        if (ended != claim.gpus().size()) {
            throw new IllegalStateException(
                    "lease "
                            + claim.lease().brief()
                            + " held "
                            + claim.gpus()
                            + ", of which "
                            + ended
                            + " were claimed");
        }
    }

    private Set<GpuId> claimed() throws JournalException {
        Set<GpuId> gpus = new LinkedHashSet<>();
        table.open().forEach(claim -> gpus.add(claim.gpu()));
        return gpus;
    }
}
