package dev.assay.agent.jobs;

import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.MarketException;

/** Where an attempt's messages to the market go. */
@FunctionalInterface
public interface Outbox {
    void send(AgentMessage message) throws MarketException;
}
