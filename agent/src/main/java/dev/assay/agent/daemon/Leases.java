package dev.assay.agent.daemon;

import dev.assay.agent.jobs.Assignment;
import dev.assay.agent.jobs.Attempt;
import dev.assay.agent.jobs.LeaseWork;
import dev.assay.agent.jobs.Outbox;
import dev.assay.agent.jobs.Past;
import dev.assay.agent.jobs.Recovery;
import dev.assay.agent.jobs.Workplace;
import dev.assay.agent.journal.JournalException;
import dev.assay.agent.journal.JournaledAttempt;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.MarketException;
import dev.assay.verification.VerificationException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * What an agent does for the leases it holds: attempts that run, attempts of an earlier process
 * that wait for the market to repeat their awards, and recoveries, which bring one to its end. It
 * owns their threads; {@link #close} ends them. Thread-safe.
 */
final class Leases implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final String agent;
    private final Workplace workplace;
    private final Bidder bidder;
    private final Outbox outbox;
    private final Map<LeaseId, Attempt> attempts = new ConcurrentHashMap<>();
    private final Map<LeaseId, Recovery> recoveries = new ConcurrentHashMap<>();
    private final Map<LeaseId, JournaledAttempt> interrupted = new ConcurrentHashMap<>();
    private final LeftContainers left;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private boolean closed;

    /**
     * No leases yet.
     *
     * @param agent its name, for the log
     * @param bidder knows what was asked for a lease that is won
     */
    Leases(String agent, Workplace workplace, Bidder bidder, Outbox outbox) {
        this.agent = agent;
        this.workplace = workplace;
        this.bidder = bidder;
        this.outbox = outbox;
        this.left = new LeftContainers(agent, workplace.containers(), this::held);
    }

    /** The attempts that an earlier process left; ends whatever of it runs for none of them. */
    List<JournaledAttempt> recall() throws JournalException {
        List<JournaledAttempt> recalled = workplace.journal().unfinished();
        for (JournaledAttempt attempt : recalled) {
            if (attempt.result().isPresent()) {
                recoveries.put(attempt.lease(), new Recovery(attempt, workplace.journal(), outbox));
            } else {
                interrupted.put(attempt.lease(), attempt);
            }
        }
        clearUp(!recalled.isEmpty() || workplace.containers().mayBeLeft());
        return recalled;
    }

    /**
     * Brings the recalled attempts with a signed result to their end, and tells the market that the
     * others wait.
     */
    void takeUp(List<JournaledAttempt> recalled) throws MarketException, JournalException {
        for (JournaledAttempt attempt : recalled) {
            if (attempt.result().isPresent()) {
                Objects.requireNonNull(recoveries.get(attempt.lease())).run();
                recoveries.remove(attempt.lease());
            }
        }
        for (JournaledAttempt attempt : recalled) {
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
                    agent,
                    stuck);
        }
        if (containers) {
            left.clear();
        }
        workplace.claims().reconcile(Set.copyOf(interrupted.keySet()));
    }

    /** The leases whose containers go on. */
    private synchronized Set<LeaseId> held() {
        Set<LeaseId> held = new HashSet<>(interrupted.keySet());
        held.addAll(attempts.keySet());
        return held;
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
            outbox.send(
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
            left.clearSoon();
            Recovery recovery = new Recovery(attempt, workplace.journal(), outbox);
            recovery.cancel(cause);
            conclude(recovery);
        }
    }

    /**
     * Starts the work of a lease that this agent won. A bid is kept even when the machine has
     * filled up since it was made. The market repeats the award of a lease that it holds for
     * unfinished when the agent comes back: an attempt that was interrupted goes on, and one that
     * has ended is told again, because the market could not keep what it heard.
     */
    synchronized void begin(Assignment assignment) throws VerificationException, JournalException {
        if (closed || work(assignment.id()).isPresent()) {
            return;
        }
        Optional<JournaledAttempt> known = workplace.journal().find(assignment.id());
        boolean goesOn = interrupted.remove(assignment.id()) != null;
        Optional<Past> past = goesOn ? past(known.orElseThrow()) : Optional.of(Past.NONE);
        if (known.isPresent() && (!goesOn || past.isEmpty())) {
            conclude(new Recovery(known.get(), workplace.journal(), outbox));
            return;
        }
        if (!goesOn && !writtenDown(assignment.paying(bidder.asked(assignment)))) {
            return;
        }
        Attempt attempt = new Attempt(assignment, past.orElseThrow(), workplace, outbox);
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

    /** Whether the journal has taken a new attempt; one that it does not take is given back. */
    private boolean writtenDown(Assignment assignment) {
        try {
            workplace.journal().begin(assignment.id());
            return true;
        } catch (JournalException e) {
            LOG.warn("{}: {}", agent, e.getMessage());
            giveBack(assignment.id(), String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void giveBack(LeaseId lease, String why) {
        try {
            outbox.send(
                    new AgentMessage.ReportAttempt(
                            lease, AttemptState.FAILED, Optional.of(Cause.STORAGE), why));
        } catch (MarketException e) {
            LOG.warn("lease {}: {}", lease.brief(), e.getMessage());
        }
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
                        LOG.warn("{}: {}", agent, e.getMessage());
                    } finally {
                        recoveries.remove(recovery.lease());
                    }
                });
    }

    /** What this agent does for a lease, if anything. */
    Optional<LeaseWork> work(LeaseId lease) {
        LeaseWork attempt = attempts.get(lease);
        return Optional.ofNullable(attempt == null ? recoveries.get(lease) : attempt);
    }

    /** The attempt that runs for a lease, if one does. */
    Optional<Attempt> attempt(LeaseId lease) {
        return Optional.ofNullable(attempts.get(lease));
    }

    /** The attempts that run. */
    Collection<Attempt> attempts() {
        return attempts.values();
    }

    /** Ends what is done for a lease, and an attempt of an earlier process that waits for it. */
    void stop(LeaseId lease, Cause cause) {
        work(lease).ifPresent(work -> work.cancel(cause));
        abandon(lease, cause);
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Ends every attempt as one that the agent abandons. */
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
                LOG.warn("{}: an attempt did not end within {} s", agent, STOP_LIMIT.toSeconds());
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        left.close();
    }
}
