package dev.assay.agent.daemon;

import dev.assay.agent.jobs.Assignment;
import dev.assay.agent.jobs.Attempt;
import dev.assay.agent.jobs.LeaseWork;
import dev.assay.agent.jobs.Past;
import dev.assay.agent.jobs.Recovery;
import dev.assay.agent.jobs.Workplace;
import dev.assay.agent.journal.JournalException;
import dev.assay.agent.journal.JournaledAttempt;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.AgentService.AgentConnection;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerHost;
import dev.assay.runtime.container.Leftovers;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A provider's agent: answers offers with bids, does the work of the leases it wins, and after a
 * restart goes on with those it had. It owns its connection and its attempts' threads; {@link
 * #close} ends them. Capacity in use is derived from the attempts that run, never stored.
 */
public final class Agent implements AutoCloseable, AgentService.MarketListener {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final AgentConfig config;
    private final Workplace workplace;
    private final Bidder bidder;
    private final VerifyingKey marketKey;
    private final Map<LeaseId, Attempt> attempts = new ConcurrentHashMap<>();
    private final Map<LeaseId, Recovery> recoveries = new ConcurrentHashMap<>();
    private final Map<LeaseId, JournaledAttempt> interrupted = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable AgentConnection connection;
    private boolean closed;

    /** An agent that is not connected yet. The workplace stays its caller's. */
    public Agent(AgentConfig config, Workplace workplace, VerifyingKey marketKey) {
        this.config = config;
        this.workplace = workplace;
        this.bidder = new Bidder(config, workplace);
        this.marketKey = marketKey;
    }

    /**
     * Ends what an earlier process left running, connects to the market, and takes up the attempts
     * that were left: one whose result was signed is brought to its end, the others go on when the
     * market repeats their awards, or end when it has closed their leases.
     *
     * @throws MarketException the market cannot be reached, or stops answering; what is not
     *     recovered by then is at the next start
     */
    public void start(AgentService market) throws MarketException, JournalException {
        // Read before the market can award anything: what it awards now is not left over.
        List<JournaledAttempt> left = workplace.journal().unfinished();
        List<Recovery> concluding = new ArrayList<>();
        for (JournaledAttempt attempt : left) {
            if (attempt.result().isPresent()) {
                concluding.add(new Recovery(attempt, workplace.journal(), this::send));
            } else {
                interrupted.put(attempt.lease(), attempt);
            }
        }
        concluding.forEach(recovery -> recoveries.put(recovery.lease(), recovery));
        clearUp(!left.isEmpty() || workplace.containers().mayBeLeft());
        AgentHello hello =
                new AgentHello(
                        config.name(), workplace.key().verifyingKey().toPem(), bidder.capacity());
        synchronized (this) {
            connection = market.connect(hello, this);
        }
        for (Recovery recovery : concluding) {
            recovery.run();
            recoveries.remove(recovery.lease());
        }
        for (JournaledAttempt attempt : left) {
            askFor(attempt);
        }
    }

    /**
     * Ends whatever an earlier process left running, then its claims that no attempt may go on
     * with: before this process can win anything new.
     */
    private void clearUp(boolean containers) throws JournalException {
        for (long stuck : workplace.engines().endLeftovers()) {
            LOG.warn(
                    "{}: runner process {} of an earlier agent does not end when killed",
                    config.name(),
                    stuck);
        }
        if (containers) {
            withContainers(host -> Leftovers.sort(host, Set.copyOf(interrupted.keySet())));
        }
        workplace.claims().reconcile(Set.copyOf(interrupted.keySet()));
    }

    /** Something to do with the containers of an earlier process. */
    @FunctionalInterface
    private interface WithContainers {
        void accept(ContainerHost host) throws ContainerException;
    }

    private void withContainers(WithContainers what) {
        try {
            what.accept(workplace.containers().host());
        } catch (ContainerException e) {
            LOG.debug("{}: no containers are looked for: {}", config.name(), e.getMessage());
        }
    }

    /**
     * Tells the market that an interrupted attempt waits for its award, if it still does: a market
     * that has closed the lease answers that it is to stop.
     */
    private synchronized void askFor(JournaledAttempt attempt) throws MarketException {
        if (!interrupted.containsKey(attempt.lease())) {
            return;
        }
        try {
            send(
                    new AgentMessage.ReportAttempt(
                            attempt.lease(), AttemptState.RECOVERING, Optional.empty(), ""));
        } catch (MarketException e) {
            if (e.code() == MarketException.Code.UNAVAILABLE) {
                throw e;
            }
            LOG.warn("lease {}: {}", attempt.lease().brief(), e.getMessage());
            abandon(attempt.lease(), Cause.MARKET_ERROR);
        }
    }

    /** Ends an attempt of an earlier process that cannot go on. */
    private synchronized void abandon(LeaseId lease, Cause cause) {
        JournaledAttempt attempt = interrupted.remove(lease);
        if (attempt != null && !closed) {
            threads.execute(() -> withContainers(host -> Leftovers.remove(host, lease)));
            Recovery recovery = new Recovery(attempt, workplace.journal(), this::send);
            recovery.cancel(cause);
            conclude(recovery);
        }
    }

    @Override
    public void received(MarketMessage message) {
        try {
            switch (message) {
                case MarketMessage.Offer offer -> send(answer(offer));
                case MarketMessage.NotAwarded lost -> bidder.lost(lost.order());
                case MarketMessage.Award award -> begin(award);
                case MarketMessage.OpenShell asked -> openShell(asked);
                case MarketMessage.TellShell told -> {
                    Attempt attempt = attempts.get(told.lease());
                    if (attempt != null) {
                        attempt.tellShell(told.session(), told.input());
                    }
                }
                case MarketMessage.Accepted accepted ->
                        work(accepted.lease())
                                .ifPresent(w -> w.accepted(accepted.envelope(), accepted.index()));
                case MarketMessage.Refused refused ->
                        work(refused.lease())
                                .ifPresent(w -> w.refused(refused.envelope(), refused.reason()));
                case MarketMessage.Stop stop -> stop(stop.lease(), cause(stop.reason()));
                case MarketMessage.LeaseClosed ended -> stop(ended.lease(), cause(ended.reason()));
            }
        } catch (MarketException | VerificationException | JournalException e) {
            LOG.warn("{}: {}", config.name(), e.getMessage());
        }
    }

    private AgentMessage answer(MarketMessage.Offer offer)
            throws VerificationException, JournalException {
        return isClosed()
                ? new AgentMessage.Decline(offer.order(), "is being stopped")
                : bidder.answer(offer, attempts.values());
    }

    private void stop(LeaseId lease, Cause cause) {
        work(lease).ifPresent(work -> work.cancel(cause));
        abandon(lease, cause);
    }

    @Override
    public void disconnected(String reason) {
        LOG.debug("{}: disconnected: {}", config.name(), reason);
        attempts.values().forEach(Attempt::hangUp);
    }

    /** Ends every attempt as one that the agent abandons, then the connection. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        attempts.values().forEach(attempt -> attempt.cancel(Cause.AGENT_RESTARTED));
        recoveries.values().forEach(recovery -> recovery.cancel(Cause.AGENT_RESTARTED));
        threads.shutdown();
        try {
            if (!threads.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "{}: an attempt did not end within {} s",
                        config.name(),
                        STOP_LIMIT.toSeconds());
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        AgentConnection open = connection();
        if (open != null) {
            open.close();
        }
    }

    private void openShell(MarketMessage.OpenShell asked) throws MarketException {
        Attempt attempt = attempts.get(asked.lease());
        if (attempt == null) {
            send(
                    new AgentMessage.ReportShell(
                            asked.lease(),
                            asked.session(),
                            new ShellOutput.Ended(-1, "nothing of the lease runs here")));
        } else {
            attempt.openShell(asked.session(), asked.request());
        }
    }

    /**
     * Starts the work of a lease that this agent won. A bid is kept even when the machine has
     * filled up since it was made. The market repeats the award of a lease that it holds for
     * unfinished when the agent comes back: an attempt that was interrupted goes on, and one that
     * has ended is told again, because the market could not keep what it heard.
     */
    private synchronized void begin(MarketMessage.Award award)
            throws VerificationException, JournalException {
        Assignment assignment = Assignment.verify(award, marketKey, workplace.key().verifyingKey());
        if (closed || work(assignment.id()).isPresent()) {
            return;
        }
        Optional<JournaledAttempt> known = workplace.journal().find(assignment.id());
        boolean goesOn = interrupted.remove(assignment.id()) != null;
        Optional<Past> past = goesOn ? past(known.orElseThrow()) : Optional.of(Past.NONE);
        if (known.isPresent() && (!goesOn || past.isEmpty())) {
            conclude(new Recovery(known.get(), workplace.journal(), this::send));
            return;
        }
        if (!goesOn) {
            workplace.journal().begin(assignment.paying(bidder.asked(assignment)).id());
        }
        Attempt attempt = new Attempt(assignment, past.orElseThrow(), workplace, this::send);
        attempts.put(assignment.id(), attempt);
        threads.execute(
                () -> {
                    try {
                        attempt.run();
                    } finally {
                        attempts.remove(assignment.id());
                    }
                });
    }

    /**
     * What was done of an interrupted attempt; nothing when the journal's receipts do not verify.
     */
    private Optional<Past> past(JournaledAttempt left) throws JournalException {
        try {
            return Optional.of(
                    Past.read(
                            workplace.journal(),
                            left.lease(),
                            left.state(),
                            workplace.key().verifyingKey()));
        } catch (VerificationException e) {
            LOG.warn("lease {}: its receipts do not stand: {}", left.lease(), e.getMessage());
            return Optional.empty();
        }
    }

    private void conclude(Recovery recovery) {
        recoveries.put(recovery.lease(), recovery);
        threads.execute(
                () -> {
                    try {
                        workplace.claims().reconcile(recovery.lease());
                        recovery.run();
                    } catch (MarketException | JournalException e) {
                        LOG.warn("{}: {}", config.name(), e.getMessage());
                    } finally {
                        recoveries.remove(recovery.lease());
                    }
                });
    }

    private static Cause cause(CloseReason reason) {
        return switch (reason) {
            case OWNER -> Cause.CANCELLED;
            case FAILED, MANIFEST_TIMEOUT -> Cause.DEADLINE;
            case DONE, NO_BIDS, AUDIT_FAILED, PROVIDER_LOST -> Cause.MARKET_ERROR;
        };
    }

    /** What this agent does for a lease, if anything. */
    private Optional<LeaseWork> work(LeaseId lease) {
        LeaseWork attempt = attempts.get(lease);
        return Optional.ofNullable(attempt == null ? recoveries.get(lease) : attempt);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized @Nullable AgentConnection connection() {
        return connection;
    }

    private void send(AgentMessage message) throws MarketException {
        AgentConnection open = connection();
        if (open == null) {
            throw new MarketException(
                    MarketException.Code.UNAVAILABLE, "the agent is not connected");
        }
        open.send(message);
    }
}
