package dev.assay.agent.hardware;

import dev.assay.protocol.id.LeaseId;
import dev.assay.runtime.device.GpuId;
import dev.assay.verification.hardware.EvidenceNonce;
import dev.assay.verification.log.LogCheckpoint;

import java.util.List;

/**
 * What hardware is asked to sign.
 *
 * @param checkpoint the log, up to the lease's newest receipt
 * @param gpus what the lease has claimed
 */
record Question(LeaseId lease, LogCheckpoint checkpoint, List<GpuId> gpus) {
    Question {
        gpus = List.copyOf(gpus);
    }

    EvidenceNonce nonce() {
        return EvidenceNonce.ofLease(lease, checkpoint);
    }
}
