package dev.assay.agent.journal;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.market.Bytes;

import java.util.Optional;

/**
 * An attempt as the journal has it.
 *
 * @param result the signed result, once there is one
 */
public record JournaledAttempt(LeaseId lease, AttemptState state, Optional<Bytes> result) {}
