package dev.assay.market.server;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.market.AgentService.MarketListener;
import dev.assay.protocol.market.MarketMessage;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The agents that are connected now, one for each provider key. Used on the state thread. */
final class Agents {
    private final Map<KeyId, Agent> connected = new LinkedHashMap<>();

    /** A connected agent. Two connections of one provider are two agents. */
    static final class Agent {
        private final KeyId provider;
        private final String name;
        private final Resources capacity;
        private final MarketListener listener;
        private final Mailbox mailbox;

        Agent(KeyId provider, String name, Resources capacity, MarketListener listener) {
            this.provider = provider;
            this.name = name;
            this.capacity = capacity;
            this.listener = listener;
            this.mailbox = Mailbox.open("agent " + provider.brief());
        }

        KeyId provider() {
            return provider;
        }

        String name() {
            return name;
        }

        Resources capacity() {
            return capacity;
        }

        void tell(MarketMessage message) {
            mailbox.put(() -> listener.received(message));
        }

        private void end(String reason) {
            mailbox.put(() -> listener.disconnected(reason));
            mailbox.finish();
        }
    }

    /** Adds an agent; an older connection of the same provider ends. */
    void add(Agent agent) {
        Agent older = connected.remove(agent.provider());
        if (older != null) {
            older.end("another connection with the same key took over");
        }
        connected.put(agent.provider(), agent);
    }

    /** Ends a connection; false when it had ended before. */
    boolean remove(Agent agent, String reason) {
        boolean current = connected.remove(agent.provider(), agent);
        if (current) {
            agent.end(reason);
        }
        return current;
    }

    boolean isConnected(Agent agent) {
        return agent.equals(connected.get(agent.provider()));
    }

    Optional<Agent> find(KeyId provider) {
        return Optional.ofNullable(connected.get(provider));
    }

    Collection<Agent> all() {
        return List.copyOf(connected.values());
    }

    /** Tells an agent something; one that is away learns it when it connects again. */
    void tell(KeyId provider, MarketMessage message) {
        find(provider).ifPresent(agent -> agent.tell(message));
    }

    /** Ends every connection; returns the mailboxes that still deliver that. */
    Collection<Mailbox> close() {
        Collection<Agent> all = all();
        all.forEach(agent -> remove(agent, "the market closed"));
        return all.stream().map(agent -> agent.mailbox).toList();
    }
}
