package dev.assay.market.server;

import dev.assay.market.server.Agents.Agent;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage.Accepted;
import dev.assay.protocol.market.MarketMessage.Refused;
import dev.assay.protocol.market.OrderEvent.ReceiptLogged;
import dev.assay.protocol.market.OrderEvent.ResultLogged;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.dsse.Envelope;

import java.time.InstantSource;
import java.util.Optional;

/**
 * Takes receipts and results: verified, logged, accepted. A document that was accepted before is
 * accepted again and changes nothing; one that does not stand up is refused and leaves no trace.
 * Used on the state thread.
 */
final class DocumentDesk {
    private final Steps steps;
    private final InstantSource clock;
    private final Notary notary;
    private final LeaseBook leases;
    private final LeaseDesk desk;
    private final LeaseTimers timers;

    DocumentDesk(
            Steps steps,
            InstantSource clock,
            Notary notary,
            LeaseBook leases,
            LeaseDesk desk,
            LeaseTimers timers) {
        this.steps = steps;
        this.clock = clock;
        this.notary = notary;
        this.leases = leases;
        this.desk = desk;
        this.timers = timers;
    }

    void receipt(Agent agent, SubmitReceipt message) throws MarketException {
        take(agent, message.lease(), message.envelope(), this::takeReceipt);
    }

    void result(Agent agent, SubmitResult message) throws MarketException {
        take(agent, message.lease(), message.envelope(), this::takeResult);
    }

    /** Takes one kind of document for an active lease that has no result yet. */
    @FunctionalInterface
    private interface Kind {
        void take(LiveLease lease, Envelope envelope) throws VerificationException, MarketException;
    }

    private void take(Agent agent, LeaseId id, Bytes document, Kind kind) throws MarketException {
        Optional<LiveLease> active = desk.own(agent, id);
        Optional<Long> before = active.flatMap(lease -> lease.acceptedAt(document.digest()));
        if (before.isPresent()) {
            agent.tell(new Accepted(id, document, before.get()));
        } else if (active.isEmpty()) {
            agent.tell(new Refused(id, document, "the lease is closed"));
        } else if (active.get().result().isPresent()) {
            agent.tell(new Refused(id, document, "the result of the lease is logged already"));
        } else {
            try {
                kind.take(active.get(), Envelope.parse(document.toArray()));
            } catch (VerificationException e) {
                agent.tell(new Refused(id, document, String.valueOf(e.getMessage())));
            }
        }
    }

    private void takeReceipt(LiveLease lease, Envelope envelope)
            throws VerificationException, MarketException {
        lease.append(envelope, clock.instant());
        try {
            steps.take(
                    step -> {
                        LoggedEnvelope document = notary.log(envelope, lease.providerKey());
                        step.event(lease.order(), new ReceiptLogged(document));
                        accept(step, lease, document);
                    });
        } catch (MarketException e) {
            leases.reload(lease.id());
            throw e;
        }
    }

    private void takeResult(LiveLease lease, Envelope envelope)
            throws VerificationException, MarketException {
        if (lease.row().stopping()) {
            throw incomplete("the tenant ended the lease before there was a result");
        }
        VerifiedReceipt head =
                lease.head()
                        .orElseThrow(
                                () ->
                                        incomplete(
                                                "the lease has no receipt; submit receipts first"));
        AttestedResult attested = lease.attest(envelope, head).finishedBy(clock.instant());
        steps.take(
                step -> {
                    LoggedEnvelope document = notary.log(envelope, lease.providerKey());
                    step.event(lease.order(), new ResultLogged(document));
                    accept(step, lease, document);
                    step.afterwards(
                            () -> {
                                lease.finished(
                                        new LiveLease.LoggedResult(
                                                attested, document.index(), step.now()));
                                timers.finish(lease.id(), step.now());
                            });
                });
    }

    private static void accept(Step step, LiveLease lease, LoggedEnvelope document) {
        step.afterwards(() -> lease.accepted(document));
        step.tell(
                lease.provider(), new Accepted(lease.id(), document.envelope(), document.index()));
    }

    private static VerificationException incomplete(String message) {
        return new VerificationException(VerificationException.Code.BAD_STATEMENT, message);
    }
}
