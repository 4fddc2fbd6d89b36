package dev.assay.agent.hardware;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.runtime.device.GpuId;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.hardware.EvidenceReference;

import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Has a machine's hardware vouch for a lease, between its last receipt and its result. It never
 * fails: what there is not, is a problem that the tenant reads.
 */
@FunctionalInterface
public interface Vouching {
    /** On a machine whose hardware nobody asks. */
    Vouching NONE = (_, _, _) -> new Vouched(List.of(), List.of());

    /**
     * What hardware is to vouch for.
     *
     * @param receipt the lease's last, by this provider
     * @param gpus what the lease has claimed
     */
    record Subject(LeaseId lease, LoggedEnvelope receipt, VerifyingKey provider, List<GpuId> gpus) {
        public Subject {
            gpus = List.copyOf(gpus);
        }
    }

    /**
     * What came of it.
     *
     * @param evidence what the result is to name; the files are in the blob store
     * @param problems why there is not more, a sentence each
     */
    record Vouched(List<EvidenceReference> evidence, List<String> problems) {
        public Vouched {
            evidence = List.copyOf(evidence);
            problems = List.copyOf(problems);
        }
    }

    /**
     * Asks, and keeps the answers.
     *
     * @param deadline of the lease
     * @param stop ends the asking early
     */
    Vouched vouch(Subject subject, Instant deadline, BooleanSupplier stop);
}
