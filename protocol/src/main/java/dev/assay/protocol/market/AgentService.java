package dev.assay.protocol.market;

/** What a market does for providers' agents. Thread-safe. */
public interface AgentService {
    /**
     * Opens an agent's one long-lived connection. The agent connects out, so it works behind NAT.
     *
     * @param listener called on one thread at a time, in order
     */
    AgentConnection connect(AgentHello hello, MarketListener listener) throws MarketException;

    /** The agent's end of a connection. */
    interface AgentConnection extends AutoCloseable {
        /** Sends a message; messages arrive in order. */
        void send(AgentMessage message) throws MarketException;

        @Override
        void close();
    }

    /** What the market says to one agent. */
    interface MarketListener {
        void received(MarketMessage message);

        /** The connection ended; nothing more is received on it. */
        void disconnected(String reason);
    }
}
