package dev.assay.market.server;

import dev.assay.market.server.Agents.Agent;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentService.AgentConnection;
import dev.assay.protocol.market.AgentService.MarketListener;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.MarketMessage.Stop;
import dev.assay.verification.crypto.VerifyingKey;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Agents' connections: who comes, who goes, and which desk a message goes to. An agent that comes
 * back is told again what it may have missed.
 */
final class AgentDesk {
    private static final Logger LOG = LoggerFactory.getLogger(AgentDesk.class);

    private final StateThread state;
    private final Steps steps;
    private final Keyring keyring;
    private final Agents agents;
    private final Auctions auctions;
    private final LeaseBook leases;
    private final LeaseTimers timers;
    private final LeaseDesk leaseDesk;
    private final DocumentDesk documentDesk;
    private final OutputDesk outputDesk;
    private final ShellDesk shellDesk;

    AgentDesk(
            StateThread state,
            Steps steps,
            Keyring keyring,
            Agents agents,
            Auctions auctions,
            LeaseBook leases,
            LeaseTimers timers,
            LeaseDesk leaseDesk,
            DocumentDesk documentDesk,
            OutputDesk outputDesk,
            ShellDesk shellDesk) {
        this.state = state;
        this.steps = steps;
        this.keyring = keyring;
        this.agents = agents;
        this.auctions = auctions;
        this.leases = leases;
        this.timers = timers;
        this.leaseDesk = leaseDesk;
        this.documentDesk = documentDesk;
        this.outputDesk = outputDesk;
        this.shellDesk = shellDesk;
    }

    /** Called on any thread. */
    AgentConnection connect(AgentHello hello, MarketListener listener) throws MarketException {
        VerifyingKey key = Keyring.parse(hello.keyPem());
        Agent agent =
                state.call(
                        () -> {
                            steps.take(step -> keyring.register(step.tables(), key));
                            return join(hello, key, listener);
                        });
        return new Connection(agent);
    }

    private Agent join(AgentHello hello, VerifyingKey key, MarketListener listener) {
        Agent agent =
                new Agent(key.keyId(), Text.bounded(hello.name()), hello.capacity(), listener);
        agents.add(agent);
        shellDesk.left(agent.provider()); // whatever an older connection had
        timers.back(agent.provider());
        for (LiveLease lease : leases.active()) {
            if (lease.provider().equals(agent.provider())) {
                remind(agent, lease);
            }
        }
        auctions.joined(agent);
        return agent;
    }

    /** An agent that has begun or ended the work already answers with where it stands. */
    private static void remind(Agent agent, LiveLease lease) {
        if (lease.result().isEmpty()) {
            agent.tell(
                    new Award(
                            lease.id(),
                            lease.lease().statement().bytes(),
                            lease.lease().order().statement().bytes()));
        }
        if (lease.row().stopping()) {
            agent.tell(new Stop(lease.id(), CloseReason.OWNER));
        }
    }

    private void leave(Agent agent) throws MarketException {
        if (agents.remove(agent, "the agent closed the connection")) {
            timers.away(agent.provider());
            auctions.left(agent.provider());
            shellDesk.left(agent.provider());
        }
    }

    private void receive(Agent agent, AgentMessage message) throws MarketException {
        if (!agents.isConnected(agent)) {
            throw new MarketException(Code.UNAVAILABLE, "the connection has ended; connect again");
        }
        switch (message) {
            case AgentMessage.PlaceBid bid -> auctions.bid(agent, bid);
            case AgentMessage.Decline decline -> auctions.decline(agent, decline);
            case AgentMessage.ReportAttempt report -> leaseDesk.report(agent, report);
            case AgentMessage.ReportProgress progress -> leaseDesk.progress(agent, progress);
            case AgentMessage.ReportFetch fetch -> leaseDesk.fetching(agent, fetch);
            case AgentMessage.ReportOutput output -> outputDesk.report(agent, output);
            case AgentMessage.ReportShell shell -> shellDesk.report(agent, shell);
            case AgentMessage.SubmitReceipt receipt -> documentDesk.receipt(agent, receipt);
            case AgentMessage.SubmitResult result -> documentDesk.result(agent, result);
        }
    }

    /** An agent's end of its connection; used by any thread. */
    private final class Connection implements AgentConnection {
        private final Agent agent;

        Connection(Agent agent) {
            this.agent = agent;
        }

        @Override
        public void send(AgentMessage message) throws MarketException {
            state.run(() -> receive(agent, message));
        }

        @Override
        public void close() {
            try {
                state.run(() -> leave(agent));
            } catch (MarketException e) {
                LOG.debug("the market ended before an agent's connection", e);
            }
        }
    }
}
