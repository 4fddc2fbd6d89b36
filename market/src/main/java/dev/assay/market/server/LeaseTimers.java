package dev.assay.market.server;

import dev.assay.market.escrow.Ending;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage.Stop;
import dev.assay.verification.attest.AttestedResult;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The deadlines of a lease: every state has one. A timer that fires looks at the lease as it is
 * then, so none is ever taken back. Used on the state thread.
 */
final class LeaseTimers {
    private static final Duration DISPUTE_POLL = Duration.ofSeconds(1);

    private final StateThread state;
    private final InstantSource clock;
    private final MarketConfig config;
    private final Steps steps;
    private final LeaseBook leases;
    private final Closings closings;
    private final Map<KeyId, Instant> awaySince = new HashMap<>();

    LeaseTimers(
            StateThread state,
            InstantSource clock,
            MarketConfig config,
            Steps steps,
            LeaseBook leases,
            Closings closings) {
        this.state = state;
        this.clock = clock;
        this.config = config;
        this.steps = steps;
        this.leases = leases;
        this.closings = closings;
    }

    /** The lease is active: its agent must begin, and end before the deadline. */
    void begin(LiveLease lease) {
        LeaseId id = lease.id();
        state.later(config.manifestTimeout(), () -> beginOverdue(id));
        state.later(until(lease.lease().lease().deadline()), () -> deadlineReached(id));
    }

    /** The tenant ended the lease: its agent may say a last word. */
    void stop(LeaseId id) {
        state.later(config.cancelGrace(), () -> stopOverdue(id));
    }

    /** The result is logged: a verdict has the challenge window. */
    void finish(LeaseId id, Instant at) {
        state.later(until(at.plus(config.challengeWindow())), () -> challengeWindowEnded(id));
    }

    /** An agent went away: whoever waits for its work waits no longer than this. */
    void away(KeyId provider) {
        Instant since = clock.instant();
        awaySince.put(provider, since);
        state.later(config.agentGrace(), () -> agentOverdue(provider, since));
    }

    void back(KeyId provider) {
        awaySince.remove(provider);
    }

    private Duration until(Instant instant) {
        return Duration.between(clock.instant(), instant);
    }

    private void beginOverdue(LeaseId id) throws MarketException {
        Optional<LiveLease> lease = unfinished(id);
        if (lease.isPresent() && lease.get().row().attempt() == AttemptState.ASSIGNED) {
            end(
                    lease.get(),
                    new Ending.Unfinished(CloseReason.MANIFEST_TIMEOUT, Optional.empty()),
                    "the provider did not begin within " + config.manifestTimeout());
        }
    }

    private void deadlineReached(LeaseId id) throws MarketException {
        Optional<LiveLease> lease = unfinished(id);
        if (lease.isPresent()) {
            end(
                    lease.get(),
                    new Ending.Unfinished(CloseReason.FAILED, Optional.of(Cause.DEADLINE)),
                    "the deadline passed before the work was done");
        }
    }

    private void stopOverdue(LeaseId id) throws MarketException {
        Optional<LiveLease> lease = unfinished(id);
        if (lease.isPresent()) {
            end(
                    lease.get(),
                    new Ending.Unfinished(CloseReason.OWNER, Optional.of(Cause.CANCELLED)),
                    "the tenant ended it");
        }
    }

    private void agentOverdue(KeyId provider, Instant since) throws MarketException {
        if (!since.equals(awaySince.get(provider))) {
            return;
        }
        for (LiveLease lease : leases.active()) {
            if (lease.provider().equals(provider) && lease.result().isEmpty()) {
                end(
                        lease,
                        new Ending.Unfinished(
                                CloseReason.PROVIDER_LOST, Optional.of(Cause.AGENT_LOST)),
                        "the agent was away for more than " + config.agentGrace());
            }
        }
    }

    private void challengeWindowEnded(LeaseId id) throws MarketException {
        Optional<LiveLease> lease = leases.active(id);
        if (lease.isEmpty()) {
            return;
        }
        if (lease.get().dispute() == LiveLease.Dispute.OPEN) {
            state.later(DISPUTE_POLL, () -> challengeWindowEnded(id));
            return;
        }
        AttestedResult result = lease.get().result().orElseThrow().attested();
        steps.take(
                step ->
                        closings.close(
                                step,
                                lease.get(),
                                new Ending.Unchallenged(result),
                                "no verdict decided within " + config.challengeWindow()));
    }

    private Optional<LiveLease> unfinished(LeaseId id) throws MarketException {
        return leases.active(id).filter(lease -> lease.result().isEmpty());
    }

    private void end(LiveLease lease, Ending.Unfinished ending, String detail)
            throws MarketException {
        steps.take(
                step -> {
                    step.tell(lease.provider(), new Stop(lease.id(), ending.reason()));
                    closings.close(step, lease, ending, detail);
                });
    }
}
