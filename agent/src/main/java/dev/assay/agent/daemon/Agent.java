package dev.assay.agent.daemon;

import dev.assay.agent.jobs.Assignment;
import dev.assay.agent.jobs.Attempt;
import dev.assay.agent.jobs.Workplace;
import dev.assay.agent.journal.JournalException;
import dev.assay.agent.journal.JournaledAttempt;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.AgentService.AgentConnection;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Optional;

/**
 * A provider's agent: answers offers with bids, does the work of the leases it wins, and after a
 * restart goes on with those it had. It owns its connection and its leases' work; {@link #close}
 * ends them. Capacity in use is derived from the attempts that run, never stored.
 */
public final class Agent implements AutoCloseable, AgentService.MarketListener {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    private final AgentConfig config;
    private final Workplace workplace;
    private final Bidder bidder;
    private final VerifyingKey marketKey;
    private final Leases leases;
    private @Nullable AgentConnection connection;

    /** An agent that is not connected yet. The workplace stays its caller's. */
    public Agent(AgentConfig config, Workplace workplace, VerifyingKey marketKey) {
        this.config = config;
        this.workplace = workplace;
        this.bidder = new Bidder(config, workplace);
        this.marketKey = marketKey;
        this.leases = new Leases(config.name(), workplace, bidder, this::send);
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
        // Before the market can award anything: what it awards now is not left over.
        List<JournaledAttempt> left = leases.recall();
        AgentHello hello =
                new AgentHello(
                        config.name(), workplace.key().verifyingKey().toPem(), bidder.capacity());
        synchronized (this) {
            connection = market.connect(hello, this);
        }
        leases.takeUp(left);
    }

    @Override
    public void received(MarketMessage message) {
        try {
            switch (message) {
                case MarketMessage.Offer offer -> send(answer(offer));
                case MarketMessage.NotAwarded lost -> bidder.lost(lost.order());
                case MarketMessage.Award award ->
                        leases.begin(
                                Assignment.verify(
                                        award, marketKey, workplace.key().verifyingKey()));
                case MarketMessage.OpenShell asked -> openShell(asked);
                case MarketMessage.TellShell told ->
                        leases.attempt(told.lease())
                                .ifPresent(a -> a.tellShell(told.session(), told.input()));
                case MarketMessage.Accepted accepted ->
                        leases.work(accepted.lease())
                                .ifPresent(w -> w.accepted(accepted.envelope(), accepted.index()));
                case MarketMessage.Refused refused ->
                        leases.work(refused.lease())
                                .ifPresent(w -> w.refused(refused.envelope(), refused.reason()));
                case MarketMessage.Stop stop -> leases.stop(stop.lease(), cause(stop.reason()));
                case MarketMessage.LeaseClosed ended ->
                        leases.stop(ended.lease(), cause(ended.reason()));
            }
        } catch (MarketException | VerificationException | JournalException e) {
            LOG.warn("{}: {}", config.name(), e.getMessage());
        }
    }

    private AgentMessage answer(MarketMessage.Offer offer)
            throws VerificationException, JournalException {
        return leases.isClosed()
                ? new AgentMessage.Decline(offer.order(), "is being stopped")
                : bidder.answer(offer, leases.attempts());
    }

    @Override
    public void disconnected(String reason) {
        LOG.debug("{}: disconnected: {}", config.name(), reason);
        leases.attempts().forEach(Attempt::hangUp);
    }

    /** Ends every attempt as one that the agent abandons, then the connection. */
    @Override
    public void close() {
        leases.close();
        AgentConnection open = connection();
        if (open != null) {
            open.close();
        }
    }

    private void openShell(MarketMessage.OpenShell asked) throws MarketException {
        Optional<Attempt> attempt = leases.attempt(asked.lease());
        if (attempt.isPresent()) {
            attempt.get().openShell(asked.session(), asked.request());
        } else {
            send(
                    new AgentMessage.ReportShell(
                            asked.lease(),
                            asked.session(),
                            new ShellOutput.Ended(-1, "nothing of the lease runs here")));
        }
    }

    private static Cause cause(CloseReason reason) {
        return switch (reason) {
            case OWNER -> Cause.CANCELLED;
            case FAILED, MANIFEST_TIMEOUT -> Cause.DEADLINE;
            case DONE, NO_BIDS, AUDIT_FAILED, PROVIDER_LOST -> Cause.MARKET_ERROR;
        };
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
