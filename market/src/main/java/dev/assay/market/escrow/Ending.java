package dev.assay.market.escrow;

import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.lease.Fault;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.VerifiedResult;
import dev.assay.verification.check.RefutedResult;

import java.util.Optional;

/** How a lease's work ended, by the evidence for it. */
public sealed interface Ending {
    /** The auditor passed the result. */
    record Passed(VerifiedResult result) implements Ending {}

    /** The challenge window ended and no verdict had decided. */
    record Unchallenged(AttestedResult result) implements Ending {}

    /** The auditor failed the result, and the failure was reproduced. */
    record Refuted(RefutedResult result) implements Ending {}

    /** There is no result. Without a cause, the provider never began. */
    record Unfinished(CloseReason reason, Optional<Cause> cause) implements Ending {
        public Unfinished {
            switch (reason) {
                case OWNER, FAILED, MANIFEST_TIMEOUT, PROVIDER_LOST -> {}
                case DONE, NO_BIDS, AUDIT_FAILED ->
                        throw new IllegalArgumentException(
                                reason + " does not end unfinished work");
            }
        }

        /** Whose fault it is. */
        public Fault fault() {
            return cause.map(Cause::fault).orElse(Fault.PROVIDER);
        }
    }
}
