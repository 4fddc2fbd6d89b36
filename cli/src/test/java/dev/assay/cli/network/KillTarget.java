package dev.assay.cli.network;

import dev.assay.agent.hardware.Vouching;
import dev.assay.cli.network.LocalAgents.LocalAgent;
import dev.assay.cli.tenant.Cosignatures;
import dev.assay.cli.tenant.JobResolver;
import dev.assay.cli.tenant.OpenOrders;
import dev.assay.cli.tenant.OpenOrders.OpenOrder;
import dev.assay.cli.tenant.RunEvent;
import dev.assay.cli.tenant.TenantClient;
import dev.assay.market.ledger.Account;
import dev.assay.market.server.Market;
import dev.assay.market.server.MarketConfig;
import dev.assay.market.server.MarketKeys;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.JobFileReader;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.host.HostFacts;
import dev.assay.runtime.inventory.Survey;
import dev.assay.runtime.runner.RunnerPool;
import dev.assay.runtime.runner.RunnerSettings;
import dev.assay.verification.crypto.KeyFile;
import dev.assay.verification.crypto.SigningKey;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The process that KillTest kills: market, agent and tenant over one home, the real ones, without
 * gRPC between them. It places the same job again and again, and says on standard output what
 * happens; where it is told to, it holds the agent still right after a state was written down.
 *
 * <pre>
 * ready                      the agent has started
 * state STATE                an attempt entered this state
 * hold STATE                 the same, and its thread waits until the process is killed
 * ended REASON EVIDENCE      an order was followed to its end
 * </pre>
 */
public final class KillTarget {
    private static final HostFacts HOST = new HostFacts("Test OS", "Test CPU", 2, 8L << 30);
    private static final MicroAmount ALLOWANCE = MicroAmount.of(1_000_000_000_000L);

    /** It ends before, when the only agent has answered; connecting to Docker takes its time. */
    private static final Duration AUCTION_LIMIT = Duration.ofSeconds(60);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path home;
    private final Path job;
    private final Path kernel;
    private final String hold;
    private final boolean told;

    private KillTarget(Path home, Path job, Path kernel, String hold, boolean told) {
        this.home = home;
        this.job = job;
        this.kernel = kernel;
        this.hold = hold;
        this.told = told;
    }

    /**
     * Arguments: the home; the job; where the kernel's files are; the state to hold at, or {@code
     * never}, or {@code finish} to end when no order is open; whether the market hears of the state
     * before the agent is held.
     */
    public static void main(String[] arguments) throws Exception {
        new KillTarget(
                        Path.of(arguments[0]),
                        Path.of(arguments[1]),
                        Path.of(arguments[2]),
                        arguments[3],
                        Boolean.parseBoolean(arguments[4]))
                .run();
    }

    private void run() throws Exception {
        try (AssayHome opened = AssayHome.open(home);
                Owned owned = new Owned()) {
            BlobStore blobs = BlobStore.open(opened.blobs());
            SigningKey provider = key(opened, "provider-alder");
            SigningKey tenant = key(opened, "tenant");
            Market market = owned.add(market(opened));
            allow(market, Account.provider(provider.keyId()));
            allow(market, Account.tenant(tenant.keyId()));
            RunnerPool runners =
                    owned.add(
                            new RunnerPool(
                                    RunnerSettings.of(provider.keyId().hex(), opened.cache(), 1),
                                    1));
            LocalAgent agent =
                    owned.add(
                            LocalAgents.create(
                                    0,
                                    opened,
                                    provider,
                                    key(opened, "market").verifyingKey(),
                                    blobs,
                                    HOST,
                                    () -> survey().take().gpus(),
                                    Vouching.NONE,
                                    runners,
                                    this::instant));
            agent.agent().start(new Gate(market));
            say("ready");
            order(
                    new TenantClient(
                            market,
                            tenant,
                            blobs,
                            OpenOrders.in(opened.tenant()),
                            opened.jobs(),
                            () -> new ExactEngine(2),
                            List.of(),
                            Cosignatures.none(),
                            InstantSource.system(),
                            RANDOM));
        }
    }

    private void order(TenantClient tenant) throws Exception {
        for (OpenOrder open : tenant.open().all()) {
            tenant.resume(open, _ -> {}).ifPresent(KillTarget::ended);
        }
        while (!hold.equals("finish")) {
            ended(
                    tenant.follow(
                            tenant.place(
                                    new JobResolver(tenant.blobs())
                                            .resolve(
                                                    JobFileReader.read(job),
                                                    job.resolveSibling(""))),
                            _ -> {}));
        }
    }

    private static void ended(RunEvent.Ended end) {
        say("ended " + end.reason() + " " + end.evidence().map(Path::toString).orElse("none"));
    }

    private Survey survey() {
        return Survey.under(kernel, () -> "", System.getenv());
    }

    private static Market market(AssayHome home) throws Exception {
        MarketConfig defaults = MarketConfig.DEFAULTS;
        return Market.open(
                new MarketConfig(
                        AUCTION_LIMIT,
                        defaults.bidDeposit(),
                        defaults.manifestTimeout(),
                        defaults.manifestTimeout(),
                        defaults.cancelGrace(),
                        defaults.challengeWindow(),
                        defaults.fees()),
                home.market(),
                new MarketKeys(
                        key(home, "market"),
                        new KeyFile(home.keys().resolve("log.pem"))
                                .logSigningKey("assay.local/log", RANDOM)),
                _ -> Optional.empty(),
                InstantSource.system());
    }

    private static SigningKey key(AssayHome home, String name) throws Exception {
        return new KeyFile(home.keys().resolve(name + ".pem")).signingKey(RANDOM);
    }

    private static void allow(Market market, Account account) throws MarketException {
        Digest payment = Digest.sha256(account.toString().getBytes(StandardCharsets.UTF_8));
        market.fund(account, Denom.USDC, ALLOWANCE, payment);
    }

    /** The agent's clock: the first that a new attempt does is to ask for the time. */
    private Instant instant() {
        boolean begins =
                Thread.currentThread().isVirtual()
                        && StackWalker.getInstance()
                                .walk(
                                        frames ->
                                                frames.anyMatch(
                                                        frame ->
                                                                frame.getClassName()
                                                                                .endsWith(
                                                                                        ".Attempt")
                                                                        && frame.getMethodName()
                                                                                .contains("work")));
        if (begins) {
            reached(AttemptState.ASSIGNED);
        }
        return Instant.now();
    }

    /** An attempt's own thread is virtual; the agent's start speaks of recovering as well. */
    private void reached(AttemptState state) {
        boolean attempts = state != AttemptState.RECOVERING || Thread.currentThread().isVirtual();
        if (!hold.equals(state.name()) || !attempts) {
            say("state " + state);
            return;
        }
        say("hold " + state);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** The market, as the agent reaches it: each state that the agent reports passes here. */
    private final class Gate implements AgentService {
        private final AgentService market;

        Gate(AgentService market) {
            this.market = market;
        }

        @Override
        public AgentConnection connect(AgentHello hello, MarketListener agent)
                throws MarketException {
            AgentConnection connection = market.connect(hello, agent);
            return new AgentConnection() {
                @Override
                public void send(AgentMessage message) throws MarketException {
                    if (told || !(message instanceof ReportAttempt)) {
                        connection.send(message);
                    }
                    if (message instanceof ReportAttempt report) {
                        reached(report.state());
                        if (!told) {
                            connection.send(message);
                        }
                    }
                }

                @Override
                public void close() {
                    connection.close();
                }
            };
        }
    }
}
