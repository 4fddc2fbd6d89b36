package dev.assay.market.server;

import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.FeeSchedule;
import dev.assay.protocol.money.MicroAmount;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The market's rules that an operator may choose.
 *
 * @param auctionWindow how long bids are taken, unless every connected agent answers sooner
 * @param bidDeposit what a provider puts behind each bid, in the order's denom
 * @param manifestTimeout how long a winner may take before it prepares the work
 * @param agentGrace how long an agent with work to do may be away
 * @param cancelGrace how long an agent may take for its last receipt once the tenant ends a lease
 * @param challengeWindow how long a logged result waits for a verdict before it is paid without one
 * @param fees by denom; every denom has one
 */
public record MarketConfig(
        Duration auctionWindow,
        MicroAmount bidDeposit,
        Duration manifestTimeout,
        Duration agentGrace,
        Duration cancelGrace,
        Duration challengeWindow,
        Map<Denom, FeeSchedule> fees) {
    private static final List<FeeSchedule.Pool> POOLS =
            List.of(
                    new FeeSchedule.Pool("community", 4_000),
                    new FeeSchedule.Pool("provider-subsidy", 3_000),
                    new FeeSchedule.Pool("stakers", 2_000),
                    new FeeSchedule.Pool("public-goods", 1_000));

    /** What ships: fees at the historic Akash take rates. */
    public static final MarketConfig DEFAULTS =
            new MarketConfig(
                    Duration.ofSeconds(2),
                    MicroAmount.of(10_000),
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(2),
                    Duration.ofHours(1),
                    Map.of(
                            Denom.AKT, new FeeSchedule(400, POOLS),
                            Denom.USDC, new FeeSchedule(2_000, POOLS)));

    public MarketConfig {
        fees = Map.copyOf(fees);
        for (Denom denom : Denom.values()) {
            if (!fees.containsKey(denom)) {
                throw new IllegalArgumentException("no fee schedule for " + denom);
            }
        }
        for (Duration duration :
                List.of(auctionWindow, manifestTimeout, agentGrace, cancelGrace, challengeWindow)) {
            if (duration.isNegative()) {
                throw new IllegalArgumentException("a duration cannot be negative: " + duration);
            }
        }
    }

    /** The fees on payments in a denom. */
    public FeeSchedule fees(Denom denom) {
        FeeSchedule schedule = fees.get(denom);
        if (schedule == null) {
            throw new AssertionError("the constructor checked every denom");
        }
        return schedule;
    }
}
