package dev.assay.market.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.market.Papers;
import dev.assay.market.ledger.Account;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.LogSigningKey;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** A market in a directory, with short time limits, that can be closed and opened again. */
final class Rig implements AutoCloseable {
    static final MicroAmount FUNDS = MicroAmount.of(100_000_000);
    static final Duration LONG = Duration.ofMinutes(5);
    static final Duration SHORT = Duration.ofMillis(150);

    /** Nothing happens by itself. */
    static final MarketConfig PATIENT = config(LONG, LONG, LONG, LONG, LONG);

    static final FailureReproducer NEVER_REPRODUCED = _ -> Optional.empty();

    private final Path directory;
    private final MarketConfig config;
    private final MarketKeys keys;
    private final FailureReproducer reproducer;
    private final InstantSource clock;
    private Market market;

    Rig(Path directory, MarketConfig config) throws MarketException, VerificationException {
        this(directory, config, keys(), NEVER_REPRODUCED, InstantSource.system());
    }

    Rig(
            Path directory,
            MarketConfig config,
            MarketKeys keys,
            FailureReproducer reproducer,
            InstantSource clock)
            throws MarketException {
        this.directory = directory;
        this.config = config;
        this.keys = keys;
        this.reproducer = reproducer;
        this.clock = clock;
        this.market = Market.open(config, directory, keys, reproducer, clock);
    }

    static MarketKeys keys() throws VerificationException {
        return new MarketKeys(
                Papers.key(), LogSigningKey.create("market.test/log", new SecureRandom()));
    }

    /** The shipped rules with these time limits. */
    static MarketConfig config(
            Duration auction,
            Duration manifest,
            Duration agentGrace,
            Duration cancelGrace,
            Duration challenge) {
        return new MarketConfig(
                auction,
                MarketConfig.DEFAULTS.bidDeposit(),
                manifest,
                agentGrace,
                cancelGrace,
                challenge,
                MarketConfig.DEFAULTS.fees());
    }

    Market market() {
        return market;
    }

    /** Stops the market and starts it again on what it left on the disk. */
    void restart() throws MarketException {
        market.close();
        reopen();
    }

    /** Starts the market again after it was closed. */
    void reopen() throws MarketException {
        market = Market.open(config, directory, keys, reproducer, clock);
    }

    /** A tenant with money, whose key is registered. */
    FakeTenant tenant() throws MarketException {
        FakeTenant tenant = new FakeTenant(this);
        fund(tenant.account());
        market.register(tenant.key().verifyingKey().toPem());
        return tenant;
    }

    /** A provider with money and a connected agent that bids this much per unit. */
    FakeAgent agent(long rate) throws MarketException {
        FakeAgent agent = new FakeAgent("agent at " + rate, rate);
        fund(agent.account());
        agent.connect(market);
        return agent;
    }

    void fund(Account account) throws MarketException {
        market.fund(account, Denom.USDC, FUNDS, Papers.digest("payment to " + account));
    }

    /** What an account gained, or lost, since it was funded. */
    long gained(Account account) throws MarketException {
        return market.balance(account, Denom.USDC).micros() - FUNDS.micros();
    }

    long balance(Account account) throws MarketException {
        return market.balance(account, Denom.USDC).micros();
    }

    /** The books balance and nothing is held for an order any more. */
    void assertReleased(OrderId order, FakeAgent... agents) throws MarketException {
        market.checkBooks();
        assertThat(balance(Account.escrow(order))).isZero();
        for (FakeAgent agent : agents) {
            assertThat(balance(Account.bid(order, agent.key().keyId()))).isZero();
        }
    }

    @Override
    public void close() throws MarketException {
        market.close();
    }
}
