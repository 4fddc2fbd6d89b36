package dev.assay.market.server;

import dev.assay.market.escrow.Ending;
import dev.assay.market.server.Agents.Agent;
import dev.assay.market.store.LeaseRow;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.ReportFetch;
import dev.assay.protocol.market.AgentMessage.ReportProgress;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage.Stop;
import dev.assay.protocol.market.OrderEvent.AttemptChanged;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.market.OrderEvent.Fetching;
import dev.assay.protocol.market.OrderEvent.Progressed;

import java.util.Optional;

/**
 * What an agent reports of its lease, the states of its attempt and progress, and its tenant's wish
 * to end it. Used on the state thread.
 */
final class LeaseDesk {
    private final Steps steps;
    private final Watchers watchers;
    private final LeaseBook leases;
    private final LeaseTimers timers;
    private final Closings closings;

    LeaseDesk(
            Steps steps,
            Watchers watchers,
            LeaseBook leases,
            LeaseTimers timers,
            Closings closings) {
        this.steps = steps;
        this.watchers = watchers;
        this.leases = leases;
        this.timers = timers;
        this.closings = closings;
    }

    /** The active lease that an agent speaks of, which must be its own; empty when it is closed. */
    Optional<LiveLease> own(Agent agent, LeaseId id) throws MarketException {
        Optional<LeaseRow> row = steps.read(tables -> tables.leases().find(id));
        if (row.isEmpty() || !row.get().provider().equals(agent.provider())) {
            throw new MarketException(
                    Code.UNKNOWN,
                    "provider %s has no lease %s".formatted(agent.provider().brief(), id.brief()));
        }
        return leases.active(id);
    }

    /**
     * The attempt changed its state. A report on a closed lease comes too late to matter; an agent
     * that is still at work on it is told to stop.
     */
    void report(Agent agent, ReportAttempt report) throws MarketException {
        Optional<LiveLease> lease = own(agent, report.lease());
        if (lease.isEmpty() && !report.state().isFinal()) {
            agent.tell(new Stop(report.lease(), closeReason(report.lease())));
        }
        if (lease.isPresent() && lease.get().row().attempt() != report.state()) {
            check(lease.get(), report);
            steps.take(step -> change(step, lease.get(), report));
        }
    }

    private CloseReason closeReason(LeaseId lease) throws MarketException {
        return steps.read(
                tables ->
                        OrderArchive.only(
                                        tables.events()
                                                .of(
                                                        tables.leases()
                                                                .find(lease)
                                                                .orElseThrow()
                                                                .order()),
                                        Closed.class)
                                .reason());
    }

    /** Shows progress to whoever watches now; it is not kept. */
    void progress(Agent agent, ReportProgress progress) throws MarketException {
        Optional<LiveLease> lease = own(agent, progress.lease());
        lease.ifPresent(
                live -> watchers.deliver(live.order(), new Progressed(progress.progress())));
    }

    /** Shows how far the fetching is to whoever watches now; it is not kept. */
    void fetching(Agent agent, ReportFetch fetch) throws MarketException {
        Optional<LiveLease> lease = own(agent, fetch.lease());
        lease.ifPresent(
                live ->
                        watchers.deliver(
                                live.order(), new Fetching(fetch.doneBytes(), fetch.totalBytes())));
    }

    /** The tenant ends an order's lease: the agent is told, and may say a last word. */
    void stop(OrderId order) throws MarketException {
        if (steps.read(tables -> tables.orders().state(order)).isEmpty()) {
            throw new MarketException(Code.UNKNOWN, "there is no order " + order.brief());
        }
        Optional<LeaseRow> row = steps.read(tables -> tables.leases().find(order));
        Optional<LiveLease> active =
                row.isPresent() ? leases.active(row.get().id()) : Optional.empty();
        LiveLease lease =
                active.filter(live -> live.result().isEmpty())
                        .orElseThrow(
                                () ->
                                        new MarketException(
                                                Code.TOO_LATE,
                                                "order %s has ended, or its result waits for the verdict"
                                                        .formatted(order.brief())));
        steps.take(
                step -> {
                    step.tables().leases().stopping(lease.id());
                    step.tell(lease.provider(), new Stop(lease.id(), CloseReason.OWNER));
                    step.afterwards(
                            () -> {
                                lease.stopping();
                                timers.stop(lease.id());
                            });
                });
    }

    private static void check(LiveLease lease, ReportAttempt report) throws MarketException {
        AttemptState from = lease.row().attempt();
        AttemptState to = report.state();
        if (!AttemptState.LIFECYCLE.after(from).contains(to)) {
            throw refused("an attempt that is " + from + " cannot become " + to);
        }
        boolean hasResult = lease.result().isPresent();
        if (to == AttemptState.DONE && !hasResult) {
            throw refused("an attempt is DONE when its result is logged; submit the result first");
        }
        if (to.isFinal() && to != AttemptState.DONE && hasResult) {
            throw new MarketException(
                    Code.TOO_LATE, "the result is logged; its verdict decides about the lease");
        }
        if (isCancelled(report) && !lease.row().stopping()) {
            throw refused("the tenant has not ended the lease; report FAILED with another cause");
        }
        if (to == AttemptState.FAILED && report.cause().isEmpty()) {
            throw refused("a failure needs a cause");
        }
    }

    private void change(Step step, LiveLease lease, ReportAttempt report) throws MarketException {
        String detail = Text.bounded(report.detail());
        step.tables().leases().move(lease.row(), report.state());
        step.event(lease.order(), new AttemptChanged(report.state(), report.cause(), detail));
        step.afterwards(() -> lease.moved(report.state()));
        if (report.state().isFinal() && isCancelled(report)) {
            closings.close(
                    step,
                    lease,
                    new Ending.Unfinished(CloseReason.OWNER, Optional.of(Cause.CANCELLED)),
                    "the tenant ended it");
        } else if (report.state() == AttemptState.FAILED) {
            closings.close(
                    step, lease, new Ending.Unfinished(CloseReason.FAILED, report.cause()), detail);
        }
    }

    private static boolean isCancelled(ReportAttempt report) {
        return report.state() == AttemptState.CANCELLED
                || report.cause().equals(Optional.of(Cause.CANCELLED));
    }

    private static MarketException refused(String message) {
        return new MarketException(Code.REFUSED, message);
    }
}
