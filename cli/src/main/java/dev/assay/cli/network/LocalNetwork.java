package dev.assay.cli.network;

import dev.assay.agent.hardware.EvidenceProgram;
import dev.assay.agent.hardware.HardwarePrograms;
import dev.assay.agent.hardware.LogHead;
import dev.assay.agent.hardware.Vouching;
import dev.assay.agent.journal.JournalException;
import dev.assay.cli.keys.HomeKeys;
import dev.assay.cli.network.LocalAgents.LocalAgent;
import dev.assay.cli.tenant.Cosignatures;
import dev.assay.cli.tenant.OpenOrders;
import dev.assay.cli.tenant.TenantClient;
import dev.assay.cli.tenant.TenantException;
import dev.assay.cli.tenant.WitnessRounds;
import dev.assay.market.ledger.Account;
import dev.assay.market.ledger.BalancedBooks;
import dev.assay.market.server.LogWitnesses;
import dev.assay.market.server.Market;
import dev.assay.market.server.MarketConfig;
import dev.assay.market.server.MarketKeys;
import dev.assay.models.engine.Engine;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.market.LoggedEnvelope;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.rpc.MarketClient;
import dev.assay.protocol.rpc.MarketServer;
import dev.assay.runtime.host.HostFacts;
import dev.assay.runtime.inventory.GpuReport;
import dev.assay.runtime.runner.ReplayEngine;
import dev.assay.runtime.runner.RunnerEngine;
import dev.assay.runtime.runner.RunnerPool;
import dev.assay.runtime.runner.RunnerSettings;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.check.RefutedResult;
import dev.assay.verification.check.Replay;
import dev.assay.verification.check.ResultContents;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.http.HttpWitness;
import dev.assay.verification.witness.WitnessConnection;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Market, agents and tenant in one process, over the state of one home. The roles speak gRPC to
 * each other, in process; each has keys of its own. The owner closes it: roles end in reverse
 * order.
 */
public final class LocalNetwork implements AutoCloseable {
    /** What each party's account is topped up with once: play money of the embedded ledger. */
    private static final MicroAmount ALLOWANCE = MicroAmount.of(1_000_000_000_000L);

    /** The most agents that one process runs. */
    public static final int MOST_AGENTS = LocalAgents.MOST;

    /** One runner is made ready for a job that an agent has bid for. */
    private static final int WARM_RUNNERS = 1;

    private static final Duration AGENT_GRACE = Duration.ofSeconds(10);

    /** Every agent here answers, so that an auction ends sooner, but for a machine under load. */
    private static final Duration AUCTION_LIMIT = Duration.ofSeconds(30);

    /** For one witness to answer in. */
    private static final Duration WITNESS_LIMIT = Duration.ofSeconds(3);

    private static final Duration WITNESS_PAUSE = Duration.ofSeconds(1);

    private final Owned owned;
    private final Market market;
    private final TenantClient tenant;

    private LocalNetwork(Owned owned, Market market, TenantClient tenant) {
        this.owned = owned;
        this.market = market;
        this.tenant = tenant;
    }

    /**
     * Opens the network.
     *
     * @param witnesses who cosigns the checkpoints of the market's log
     * @param agents how many agents bid, 1 to {@link #MOST_AGENTS}
     * @param host the machine that the agents rent out; waited for when the first agent starts
     * @param gpus asks for the machine's GPUs
     * @param evidence the programs that ask the machine's hardware
     * @param home stays its caller's
     * @param keys the home's, with whatever their passphrases take; stay their caller's
     */
    public static LocalNetwork open(
            AssayHome home,
            HomeKeys keys,
            WitnessPolicy witnesses,
            int agents,
            CompletableFuture<HostFacts> host,
            Supplier<List<GpuReport>> gpus,
            List<EvidenceProgram> evidence,
            InstantSource clock)
            throws BlobException,
                    MarketException,
                    VerificationException,
                    JournalException,
                    TenantException {
        Owned owned = new Owned();
        try {
            return new Opening(
                            home,
                            keys,
                            witnesses,
                            gpus,
                            evidence,
                            clock,
                            BlobStore.open(home.blobs()),
                            owned)
                    .open(agents, host);
        } catch (BlobException
                | MarketException
                | VerificationException
                | JournalException
                | TenantException
                | RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    /** The steps of opening a network; what is opened is {@code owned} from then on. */
    private record Opening(
            AssayHome home,
            HomeKeys held,
            WitnessPolicy policy,
            Supplier<List<GpuReport>> gpus,
            List<EvidenceProgram> evidence,
            InstantSource clock,
            BlobStore blobs,
            Owned owned) {
        private static final SecureRandom RANDOM = new SecureRandom();

        LocalNetwork open(int agents, CompletableFuture<HostFacts> host)
                throws MarketException, VerificationException, JournalException, TenantException {
            WitnessRounds rounds = new WitnessRounds();
            LogWitnesses witnesses = witnesses(rounds);
            List<LoggedEnvelope> keyStatements =
                    new ProviderKeys(home, held, clock, RANDOM)
                            .register(
                                    witnesses.publication(),
                                    IntStream.range(0, agents)
                                            .mapToObj(Opening::provider)
                                            .toList());
            MarketKeys keys = new MarketKeys(key("market"), held.logKey());
            Market market =
                    owned.add(
                            Market.open(
                                    config(),
                                    home.market(),
                                    keys,
                                    witnesses,
                                    this::reproduce,
                                    clock));
            String transport = "assay-" + Long.toHexString(RANDOM.nextLong());
            owned.add(MarketServer.inProcess(transport, market, market));
            RunnerPool runners =
                    owned.add(
                            new RunnerPool(
                                    RunnerSettings.of(owner(), home.cache(), 1), WARM_RUNNERS));
            for (int i = 0; i < agents; i++) {
                agent(i, host.join(), runners, market, keys, transport);
            }
            return new LocalNetwork(
                    owned, market, tenant(market, transport, keyStatements, rounds));
        }

        private LogWitnesses witnesses(WitnessRounds rounds) throws VerificationException {
            List<WitnessConnection> connections = new ArrayList<>();
            for (WitnessAddress witness : policy.witnesses()) {
                connections.add(
                        owned.add(HttpWitness.at(witness.url(), witness.key(), WITNESS_LIMIT)));
            }
            return new LogWitnesses(connections, policy.needed(), WITNESS_PAUSE, rounds);
        }

        /** The first agent's id: it ends runners that an earlier process left. */
        private String owner() throws VerificationException {
            return key(provider(0)).keyId().hex();
        }

        /** The name of an agent's key. */
        private static String provider(int index) {
            return "provider-" + LocalAgents.name(index);
        }

        private void agent(
                int index,
                HostFacts host,
                RunnerPool runners,
                Market market,
                MarketKeys keys,
                String transport)
                throws MarketException, VerificationException, JournalException {
            SigningKey key = key(provider(index));
            allow(market, Account.provider(key.keyId()));
            MarketClient connection = owned.add(MarketClient.inProcess(transport));
            LocalAgent agent =
                    owned.add(
                            LocalAgents.create(
                                    index,
                                    home,
                                    key,
                                    keys.statements().verifyingKey(),
                                    blobs,
                                    host,
                                    gpus,
                                    vouching(connection, keys),
                                    runners,
                                    clock));
            agent.agent().start(connection.agent());
        }

        private Vouching vouching(MarketClient connection, MarketKeys keys) {
            return evidence.isEmpty()
                    ? Vouching.NONE
                    : new HardwarePrograms(
                            evidence,
                            LogHead.of(connection.tenant(), keys.log().verifyingKey()),
                            blobs,
                            clock,
                            HardwarePrograms.LIMIT);
        }

        private TenantClient tenant(
                Market market,
                String transport,
                List<LoggedEnvelope> keyStatements,
                WitnessRounds rounds)
                throws MarketException, VerificationException, TenantException {
            SigningKey key = key("tenant");
            ReplayEngine.Runners runners = replayRunners();
            allow(market, Account.tenant(key.keyId()));
            return new TenantClient(
                    owned.add(MarketClient.inProcess(transport)).tenant(),
                    key,
                    blobs,
                    OpenOrders.in(home.tenant()),
                    home.jobs(),
                    () -> replayEngine(runners),
                    keyStatements,
                    new Cosignatures(
                            policy.witnesses().stream().map(WitnessAddress::key).toList(), rounds),
                    clock,
                    RANDOM);
        }

        private SigningKey key(String name) throws VerificationException {
            return held.signingKey(name);
        }

        private ReplayEngine.Runners replayRunners() throws VerificationException {
            RunnerSettings settings = RunnerSettings.of(owner(), home.cache(), processors());
            return () -> RunnerEngine.start(settings);
        }

        /** The market repeats a failed check itself, on an engine of its own. */
        private Optional<RefutedResult> reproduce(AuditedResult failed) throws MarketException {
            try (Engine engine = replayEngine(replayRunners())) {
                return new Replay(engine)
                        .reproduce(failed, ResultContents.open(failed.result(), blobs));
            } catch (VerificationException e) {
                throw new MarketException(
                        MarketException.Code.UNAVAILABLE,
                        "the failure could not be reproduced: " + e.getMessage(),
                        e);
            }
        }
    }

    private static MarketConfig config() {
        MarketConfig defaults = MarketConfig.DEFAULTS;
        return new MarketConfig(
                AUCTION_LIMIT,
                defaults.bidDeposit(),
                defaults.manifestTimeout(),
                AGENT_GRACE,
                defaults.cancelGrace(),
                defaults.challengeWindow(),
                defaults.fees());
    }

    private static Engine replayEngine(ReplayEngine.Runners runners) {
        return new ReplayEngine(processors(), runners);
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static void allow(Market market, Account account) throws MarketException {
        for (Denom denom : Denom.values()) {
            Digest payment =
                    Digest.sha256((account + " " + denom).getBytes(StandardCharsets.UTF_8));
            market.fund(account, denom, ALLOWANCE, payment);
        }
    }

    /** The tenant's client. */
    public TenantClient tenant() {
        return tenant;
    }

    /** Adds up the market's whole ledger again. */
    public BalancedBooks checkBooks() throws MarketException {
        return market.checkBooks();
    }

    @Override
    public void close() {
        owned.close();
    }
}
