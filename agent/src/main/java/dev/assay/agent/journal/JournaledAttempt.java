package dev.assay.agent.journal;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Bytes;

import java.util.Optional;

/**
 * An attempt as the journal has it.
 *
 * @param cause why it failed, if it did
 * @param detail the sentence about that
 * @param result the signed result, once there is one
 */
public record JournaledAttempt(
        LeaseId lease,
        AttemptState state,
        Optional<Cause> cause,
        String detail,
        Optional<Bytes> result) {}
