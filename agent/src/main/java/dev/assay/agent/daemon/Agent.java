package dev.assay.agent.daemon;

import dev.assay.agent.jobs.Assignment;
import dev.assay.agent.jobs.Attempt;
import dev.assay.agent.jobs.LeaseWork;
import dev.assay.agent.jobs.Recovery;
import dev.assay.agent.jobs.Workplace;
import dev.assay.agent.journal.JournalException;
import dev.assay.agent.journal.JournaledAttempt;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Work;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.AgentService.AgentConnection;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.Leftovers;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
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
 * restart says what became of those it had. It owns its connection and its attempts' threads;
 * {@link #close} ends them. Capacity in use is derived from the attempts that run, never stored.
 */
public final class Agent implements AutoCloseable, AgentService.MarketListener {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final AgentConfig config;
    private final Workplace workplace;
    private final VerifyingKey marketKey;
    private final Map<LeaseId, Attempt> attempts = new ConcurrentHashMap<>();
    private final Map<LeaseId, Recovery> recoveries = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable AgentConnection connection;
    private boolean closed;

    /** An agent that is not connected yet. The workplace stays its caller's. */
    public Agent(AgentConfig config, Workplace workplace, VerifyingKey marketKey) {
        this.config = config;
        this.workplace = workplace;
        this.marketKey = marketKey;
    }

    /**
     * Connects to the market and brings the attempts that an earlier process left to their end.
     *
     * @throws MarketException the market cannot be reached, or stops answering; what is not
     *     recovered by then is at the next start
     */
    public void start(AgentService market) throws MarketException, JournalException {
        AgentHello hello =
                new AgentHello(
                        config.name(), workplace.key().verifyingKey().toPem(), config.capacity());
        // Read before the market can award anything: what it awards now is not left over.
        List<Recovery> leftOver =
                workplace.journal().unfinished().stream()
                        .map(attempt -> new Recovery(attempt, workplace.journal(), this::send))
                        .toList();
        leftOver.forEach(recovery -> recoveries.put(recovery.lease(), recovery));
        synchronized (this) {
            connection = market.connect(hello, this);
        }
        if (!leftOver.isEmpty()) {
            removeContainers();
        }
        for (Recovery recovery : leftOver) {
            recovery.run();
            recoveries.remove(recovery.lease());
        }
    }

    /** Ends what an earlier process left running; every attempt it had has failed with it. */
    private void removeContainers() {
        try {
            Leftovers.sort(workplace.containers().host(), Set.of());
        } catch (ContainerException e) {
            LOG.debug("{}: no containers are looked for: {}", config.name(), e.getMessage());
        }
    }

    @Override
    public void received(MarketMessage message) {
        try {
            switch (message) {
                case MarketMessage.Offer offer -> answer(offer);
                case MarketMessage.NotAwarded _ -> {}
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
                case MarketMessage.Stop stop ->
                        work(stop.lease()).ifPresent(w -> w.cancel(cause(stop.reason())));
                case MarketMessage.LeaseClosed ended ->
                        work(ended.lease()).ifPresent(w -> w.cancel(cause(ended.reason())));
            }
        } catch (MarketException | VerificationException | JournalException e) {
            LOG.warn("{}: {}", config.name(), e.getMessage());
        }
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

    private void answer(MarketMessage.Offer offer) throws VerificationException, MarketException {
        JobSpec spec = Assignment.order(Envelope.parse(offer.orderEnvelope().toArray())).spec();
        Resources free = free();
        Optional<MicroAmount> rate =
                config.prices()
                        .rate(spec, config.capacity().cpu() - free.cpu(), config.capacity().cpu());
        if (isClosed()) {
            send(new AgentMessage.Decline(offer.order(), "is being stopped"));
        } else if (!spec.resources().fits(free)) {
            send(
                    new AgentMessage.Decline(
                            offer.order(),
                            "needs " + describe(spec.resources()) + "; free: " + describe(free)));
        } else if (rate.isEmpty()) {
            send(
                    new AgentMessage.Decline(
                            offer.order(),
                            "has no price in "
                                    + spec.maxPrice().denom()
                                    + " per "
                                    + spec.maxPrice().unit()));
        } else if (rate.get().compareTo(spec.maxPrice().rate()) > 0) {
            send(
                    new AgentMessage.Decline(
                            offer.order(),
                            "asks "
                                    + rate.get()
                                    + ", above the maximum of "
                                    + spec.maxPrice().rate()));
        } else {
            Optional<String> obstacle = obstacle(spec.work());
            send(
                    obstacle.isPresent()
                            ? new AgentMessage.Decline(offer.order(), obstacle.get())
                            : new AgentMessage.PlaceBid(offer.order(), rate.get()));
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

    /** Why this machine cannot run a kind of work, if it cannot. */
    private Optional<String> obstacle(Work work) {
        return switch (work) {
            case Inference _, Training _ -> Optional.empty();
            case Container _ -> {
                try {
                    var _ = workplace.containers().host();
                    yield Optional.empty();
                } catch (ContainerException e) {
                    yield Optional.of("runs no containers: " + e.getMessage());
                }
            }
        };
    }

    /**
     * Starts the work of a lease that this agent won. A bid is kept even when the machine has
     * filled up since it was made. The market repeats the award of a lease that it holds for
     * unfinished when the agent comes back: an attempt that has ended is told again, because the
     * market could not keep what it heard.
     */
    private synchronized void begin(MarketMessage.Award award)
            throws VerificationException, JournalException {
        Assignment assignment = Assignment.verify(award, marketKey, workplace.key().verifyingKey());
        if (closed || work(assignment.id()).isPresent()) {
            return;
        }
        Optional<JournaledAttempt> known = workplace.journal().find(assignment.id());
        if (known.isPresent()) {
            tellAgain(known.get());
            return;
        }
        workplace.journal().begin(assignment.id());
        Attempt attempt = new Attempt(assignment, workplace, this::send);
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

    private void tellAgain(JournaledAttempt ended) {
        Recovery recovery = new Recovery(ended, workplace.journal(), this::send);
        recoveries.put(recovery.lease(), recovery);
        threads.execute(
                () -> {
                    try {
                        recovery.run();
                    } catch (MarketException | JournalException e) {
                        LOG.warn("{}: {}", config.name(), e.getMessage());
                    } finally {
                        recoveries.remove(recovery.lease());
                    }
                });
    }

    /** What no attempt holds; nothing, rather than less, when more was awarded than there is. */
    private Resources free() {
        Resources capacity = config.capacity();
        int cpu = capacity.cpu();
        long memory = capacity.memoryBytes();
        long storage = capacity.storageBytes();
        int gpus = capacity.gpus();
        for (Attempt attempt : attempts.values()) {
            if (!attempt.hasEnded()) {
                Resources held = attempt.assignment().spec().resources();
                cpu -= held.cpu();
                memory -= held.memoryBytes();
                storage -= held.storageBytes();
                gpus -= held.gpus();
            }
        }
        return new Resources(
                Math.max(0, cpu), Math.max(0, memory), Math.max(0, storage), Math.max(0, gpus));
    }

    private static String describe(Resources resources) {
        return resources.cpu()
                + " cpu, "
                + (resources.memoryBytes() >> 20)
                + " MiB memory, "
                + (resources.storageBytes() >> 20)
                + " MiB storage, "
                + resources.gpus()
                + " gpu";
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
