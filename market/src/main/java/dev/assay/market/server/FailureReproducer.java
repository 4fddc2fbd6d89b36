package dev.assay.market.server;

import dev.assay.protocol.market.MarketException;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.check.RefutedResult;

import java.util.Optional;

/** Repeats an auditor's failed check for the market: only a reproduced failure moves money. */
@FunctionalInterface
public interface FailureReproducer {
    /**
     * Evidence that the failure is real; empty when the units came out as the provider committed to
     * them. Takes as long as the replay; called outside the market's state thread.
     */
    Optional<RefutedResult> reproduce(AuditedResult failed) throws MarketException;
}
