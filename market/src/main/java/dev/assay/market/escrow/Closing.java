package dev.assay.market.escrow;

import dev.assay.market.reputation.Outcome;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.verification.attest.VerifiedLease;
import dev.assay.verification.attest.VerifiedReceipt;

import java.util.Optional;

/**
 * The end of a lease with all the evidence that its settlement rests on.
 *
 * @param head the last receipt, when there is one
 */
public record Closing(VerifiedLease lease, Optional<VerifiedReceipt> head, Ending ending) {
    public CloseReason reason() {
        return switch (ending) {
            case Ending.Passed _, Ending.Unchallenged _ -> CloseReason.DONE;
            case Ending.Refuted _ -> CloseReason.AUDIT_FAILED;
            case Ending.Unfinished unfinished -> unfinished.reason();
        };
    }

    /** Why the work was not finished. */
    public Optional<Cause> cause() {
        return switch (ending) {
            case Ending.Passed _, Ending.Unchallenged _, Ending.Refuted _ -> Optional.empty();
            case Ending.Unfinished unfinished -> unfinished.cause();
        };
    }

    /** Digest of the result statement, when there is one. */
    public Optional<Digest> result() {
        return switch (ending) {
            case Ending.Passed passed -> Optional.of(passed.result().audited().result().digest());
            case Ending.Unchallenged unchallenged -> Optional.of(unchallenged.result().digest());
            case Ending.Refuted refuted ->
                    Optional.of(refuted.result().audited().result().digest());
            case Ending.Unfinished _ -> Optional.empty();
        };
    }

    /** Digest of the verdict that decided, when one did. */
    public Optional<Digest> verdict() {
        return switch (ending) {
            case Ending.Passed passed ->
                    Optional.of(passed.result().audited().statement().digest());
            case Ending.Refuted refuted ->
                    Optional.of(refuted.result().audited().statement().digest());
            case Ending.Unchallenged _, Ending.Unfinished _ -> Optional.empty();
        };
    }

    /** What it says of the provider; nothing when the fault lies elsewhere. */
    public Optional<Outcome.Kind> outcome() {
        return switch (ending) {
            case Ending.Passed _ -> Optional.of(Outcome.Kind.VERIFIED);
            case Ending.Unchallenged _ -> Optional.of(Outcome.Kind.UNCHALLENGED);
            case Ending.Refuted _ -> Optional.of(Outcome.Kind.AUDIT_FAILED);
            case Ending.Unfinished unfinished -> outcome(unfinished);
        };
    }

    private static Optional<Outcome.Kind> outcome(Ending.Unfinished unfinished) {
        return switch (unfinished.fault()) {
            case TENANT, MARKET, NONE -> Optional.empty();
            case PROVIDER ->
                    Optional.of(
                            unfinished.reason() == CloseReason.FAILED
                                    ? Outcome.Kind.FAILED
                                    : Outcome.Kind.LOST);
        };
    }
}
