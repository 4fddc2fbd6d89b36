package dev.assay.market.auction;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;

/**
 * A provider's offer to do an order's work.
 *
 * @param deposit what the provider put behind it, in the price's denom
 */
public record Bid(KeyId provider, String providerName, Price price, MicroAmount deposit) {}
