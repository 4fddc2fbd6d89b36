package dev.assay.market.server;

import dev.assay.market.escrow.Ending;
import dev.assay.market.server.LiveLease.Dispute;
import dev.assay.market.store.LeaseRow;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent.VerdictLogged;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.VerifiedResult;
import dev.assay.verification.check.RefutedResult;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.VerdictPredicate;

import java.util.Optional;

/**
 * Takes auditors' verdicts. PASS pays; FAIL pays back, but only when the failure is reproduced;
 * INCONCLUSIVE leaves the lease as it is. Called on any thread.
 */
final class VerdictDesk {
    private final StateThread state;
    private final Steps steps;
    private final Keyring keyring;
    private final Notary notary;
    private final LeaseBook leases;
    private final Closings closings;
    private final FailureReproducer reproducer;

    VerdictDesk(
            StateThread state,
            Steps steps,
            Keyring keyring,
            Notary notary,
            LeaseBook leases,
            Closings closings,
            FailureReproducer reproducer) {
        this.state = state;
        this.steps = steps;
        this.keyring = keyring;
        this.notary = notary;
        this.leases = leases;
        this.closings = closings;
        this.reproducer = reproducer;
    }

    /** A verified verdict and who signed it. */
    private record Verdict(LeaseId lease, AuditedResult audited, VerifyingKey auditor) {}

    void post(OrderId order, Envelope envelope) throws MarketException {
        Verdict verdict = state.call(() -> verify(order, envelope));
        Optional<VerifiedResult> passed = verdict.audited().passed();
        switch (verdict.audited().verdict().outcome()) {
            case PASS -> state.run(() -> decide(verdict, new Ending.Passed(passed.orElseThrow())));
            case FAIL -> fail(verdict);
            case INCONCLUSIVE ->
                    state.run(() -> steps.take(step -> record(step, open(verdict), verdict)));
        }
    }

    private Verdict verify(OrderId order, Envelope envelope) throws MarketException {
        LeaseRow row =
                steps.read(tables -> tables.leases().find(order))
                        .orElseThrow(
                                () ->
                                        new MarketException(
                                                Code.UNKNOWN,
                                                "order %s has no lease".formatted(order.brief())));
        LiveLease lease = open(row.id());
        LiveLease.LoggedResult result =
                lease.result()
                        .orElseThrow(
                                () ->
                                        new MarketException(
                                                Code.REFUSED,
                                                "there is no result to give a verdict on yet"));
        KeyId auditor = lease.lease().lease().auditor();
        VerifyingKey key = steps.read(tables -> keyring.require(tables, auditor));
        try {
            VerdictPredicate claimed =
                    SignedStatement.verify(envelope, key, VerdictPredicate.class).predicate();
            notary.checkpoint(claimed.checkpointSize(), claimed.checkpointRoot(), result.index());
            return new Verdict(
                    row.id(),
                    AuditedResult.verify(
                            result.attested(),
                            envelope,
                            key,
                            claimed.checkpointSize(),
                            claimed.checkpointRoot()),
                    key);
        } catch (VerificationException e) {
            throw Refusals.refused("verdict", e);
        }
    }

    /**
     * Reproduces the failure on the caller's thread while the lease is held. Only once: an auditor
     * whose failure was not there cannot hold the money by saying so again.
     */
    private void fail(Verdict verdict) throws MarketException {
        state.run(() -> dispute(open(verdict)));
        boolean unfounded = false;
        try {
            Optional<RefutedResult> refuted = reproducer.reproduce(verdict.audited());
            unfounded = refuted.isEmpty();
            Ending.Refuted ending = new Ending.Refuted(refuted.orElseThrow(() -> unfounded()));
            state.run(() -> decide(verdict, ending));
        } finally {
            Dispute left = unfounded ? Dispute.UNFOUNDED : Dispute.NONE;
            state.run(
                    () -> leases.active(verdict.lease()).ifPresent(lease -> lease.disputed(left)));
        }
    }

    private static void dispute(LiveLease lease) throws MarketException {
        switch (lease.dispute()) {
            case NONE -> lease.disputed(Dispute.OPEN);
            case OPEN ->
                    throw new MarketException(
                            Code.REFUSED, "a failure of this result is being reproduced already");
            case UNFOUNDED -> throw unfounded();
        }
    }

    private static MarketException unfounded() {
        return new MarketException(
                Code.REFUSED, "the failure could not be reproduced; the verdict changes nothing");
    }

    private void decide(Verdict verdict, Ending ending) throws MarketException {
        LiveLease lease = open(verdict);
        steps.take(
                step -> {
                    record(step, lease, verdict);
                    closings.close(
                            step,
                            lease,
                            ending,
                            Text.bounded(verdict.audited().verdict().detail()));
                });
    }

    private void record(Step step, LiveLease lease, Verdict verdict) throws MarketException {
        step.event(
                lease.order(),
                new VerdictLogged(
                        notary.log(verdict.audited().statement().envelope(), verdict.auditor())));
    }

    private LiveLease open(Verdict verdict) throws MarketException {
        return open(verdict.lease());
    }

    private LiveLease open(LeaseId lease) throws MarketException {
        return leases.active(lease)
                .orElseThrow(
                        () ->
                                new MarketException(
                                        Code.TOO_LATE,
                                        "lease %s is settled already".formatted(lease.brief())));
    }
}
