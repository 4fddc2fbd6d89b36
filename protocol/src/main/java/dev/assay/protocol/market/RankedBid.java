package dev.assay.protocol.market;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.money.Price;

/**
 * A bid as the award weighed it.
 *
 * @param score price ÷ (throughput × reputation), relative to the best bid's: 1.0 is the best
 * @param reputation lower 5 % quantile of the provider's verified outcomes, 0 to 1
 */
public record RankedBid(
        KeyId provider,
        String providerName,
        Price price,
        long rowsPerSecond,
        double reputation,
        double score) {
    public RankedBid {
        if (rowsPerSecond < 0 || !(reputation >= 0 && reputation <= 1)) {
            throw new IllegalArgumentException(
                    "a bid needs rows per second ≥ 0 and a reputation from 0 to 1");
        }
    }
}
