package dev.assay.agent.daemon;

import dev.assay.agent.bidding.PriceTable;
import dev.assay.protocol.job.Resources;

/**
 * How an agent presents itself.
 *
 * @param name for people
 * @param capacity what of the machine it rents out
 * @param prices what it asks
 */
public record AgentConfig(String name, Resources capacity, PriceTable prices) {}
