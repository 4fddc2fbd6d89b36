package dev.assay.market.server;

import dev.assay.market.ledger.Account;
import dev.assay.market.ledger.BalancedBooks;
import dev.assay.market.ledger.Citation;
import dev.assay.market.store.EventRow;
import dev.assay.market.store.MarketDatabase;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketIdentity;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.protocol.market.TenantService;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A market: it matches tenants' orders with providers' bids, holds the deposits, and settles leases
 * on evidence. Everything it announces is on the disk before; after a crash it goes on from there.
 *
 * <p>All state is read and changed on one thread. Calls from any thread wait for their turn;
 * listeners are called on threads of their own and may call back.
 */
public final class Market implements TenantService, AgentService, AutoCloseable {
    private static final Duration LISTENER_LIMIT = Duration.ofSeconds(2);

    private final StateThread state;
    private final MarketDatabase database;
    private final Notary notary;
    private final Steps steps;
    private final Keyring keyring;
    private final Watchers watchers;
    private final Agents agents;
    private final Auctions auctions;
    private final LeaseDesk leaseDesk;
    private final VerdictDesk verdicts;
    private final OutputDesk outputDesk;
    private final ShellDesk shellDesk;
    private final AgentDesk agentDesk;
    private final Recovery recovery;

    private Market(
            MarketConfig config,
            MarketDatabase database,
            Notary notary,
            FailureReproducer reproducer,
            InstantSource clock) {
        this.database = database;
        this.notary = notary;
        state = new StateThread();
        watchers = new Watchers();
        agents = new Agents();
        steps = new Steps(database, clock, watchers, agents);
        keyring = new Keyring();
        OrderArchive archive = new OrderArchive(keyring);
        OrderDesk orders = new OrderDesk(keyring, notary);
        LeaseBook leases = new LeaseBook(keyring, archive, notary, steps);
        Closings closings = new Closings(notary, leases);
        LeaseTimers timers = new LeaseTimers(state, clock, config, steps, leases, closings);
        Awards awards = new Awards(config, keyring, notary, agents, leases, timers, orders);
        auctions = new Auctions(state, config, steps, agents, leases, orders, awards);
        leaseDesk = new LeaseDesk(steps, watchers, leases, timers, closings);
        DocumentDesk documents = new DocumentDesk(steps, clock, notary, leases, leaseDesk, timers);
        verdicts = new VerdictDesk(state, steps, keyring, notary, leases, closings, reproducer);
        AccessControl access = new AccessControl(steps, keyring, archive, clock);
        outputDesk = new OutputDesk(access, leaseDesk);
        shellDesk = new ShellDesk(state, access, agents, leases, leaseDesk, clock);
        watchers.whenClosed(outputDesk::closed);
        watchers.whenClosed(shellDesk::closed);
        agentDesk =
                new AgentDesk(
                        state,
                        steps,
                        keyring,
                        agents,
                        auctions,
                        leases,
                        timers,
                        leaseDesk,
                        documents,
                        outputDesk,
                        shellDesk);
        recovery = new Recovery(steps, archive, orders, leases, timers, closings);
    }

    /** Opens the market in a directory, with a log that has no witnesses. */
    public static Market open(
            MarketConfig config,
            Path directory,
            MarketKeys keys,
            FailureReproducer reproducer,
            InstantSource clock)
            throws MarketException {
        return open(config, directory, keys, LogWitnesses.NONE, reproducer, clock);
    }

    /**
     * Opens the market that lives in a directory, which is created when absent: {@code market.db}
     * and the transparency log {@code log/}. Checks the books and takes up what was going on.
     */
    public static Market open(
            MarketConfig config,
            Path directory,
            MarketKeys keys,
            LogWitnesses witnesses,
            FailureReproducer reproducer,
            InstantSource clock)
            throws MarketException {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new MarketException(
                    Code.UNAVAILABLE, "cannot create the market's directory: " + e, e);
        }
        Notary notary = Notary.open(directory.resolve("log"), keys, witnesses);
        MarketDatabase database;
        try {
            database = MarketDatabase.open(directory.resolve(MarketDatabase.FILE));
        } catch (MarketException e) {
            notary.close();
            throw e;
        }
        Market market = new Market(config, database, notary, reproducer, clock);
        try {
            market.state.run(() -> market.recovery.run(notary.size()));
            return market;
        } catch (MarketException e) {
            market.close();
            throw e;
        }
    }

    /**
     * Puts money from outside into a tenant's or provider's account.
     *
     * @param payment identifies the payment; one that was made before changes nothing
     */
    public void fund(Account account, Denom denom, MicroAmount amount, Digest payment)
            throws MarketException {
        Citation cause = new Citation(Citation.Kind.FUNDING, payment);
        state.run(
                () ->
                        steps.take(
                                step -> {
                                    if (step.tables().ledger().transfers(cause).isEmpty()) {
                                        step.transfer(
                                                Account.OUTSIDE, account, denom, amount, cause);
                                    }
                                }));
    }

    /** What an account inside the market holds. */
    public MicroAmount balance(Account account, Denom denom) throws MarketException {
        return state.call(() -> steps.read(tables -> tables.ledger().balance(account, denom)));
    }

    /** Adds up all transfers again: evidence that the books balance. */
    public BalancedBooks checkBooks() throws MarketException {
        return state.call(() -> steps.read(tables -> tables.ledger().check()));
    }

    @Override
    public void register(String keyPem) throws MarketException {
        VerifyingKey key = Keyring.parse(keyPem);
        state.run(() -> steps.take(step -> keyring.register(step.tables(), key)));
    }

    @Override
    public OrderId submit(Bytes orderEnvelope) throws MarketException {
        Envelope envelope = parse("order", orderEnvelope);
        return state.call(() -> auctions.submit(envelope));
    }

    @Override
    public Subscription watch(OrderId order, Consumer<OrderEvent> events) throws MarketException {
        return state.call(
                () -> {
                    List<EventRow> past = steps.read(tables -> tables.events().of(order));
                    if (past.isEmpty()) {
                        throw unknown(order);
                    }
                    return watchers.add(order, past.stream().map(EventRow::event).toList(), events);
                });
    }

    @Override
    public Subscription output(Bytes access, Consumer<Output> sink) throws MarketException {
        return state.call(() -> outputDesk.follow(access, sink));
    }

    @Override
    public ShellLine shell(Bytes access, ShellRequest request, Consumer<ShellOutput> output)
            throws MarketException {
        return state.call(() -> shellDesk.open(access, request, output));
    }

    @Override
    public void cancel(OrderId order) throws MarketException {
        state.run(
                () -> {
                    if (!auctions.cancel(order)) {
                        leaseDesk.stop(order);
                    }
                });
    }

    @Override
    public void postVerdict(OrderId order, Bytes verdictEnvelope) throws MarketException {
        verdicts.post(order, parse("verdict", verdictEnvelope));
    }

    @Override
    public List<Bytes> proofs(List<Long> indexes) throws MarketException {
        return notary.proofs(indexes);
    }

    @Override
    public String keyPem(KeyId id) throws MarketException {
        return state.call(() -> steps.read(tables -> tables.parties().pem(id)))
                .orElseThrow(
                        () ->
                                new MarketException(
                                        Code.UNKNOWN,
                                        "the market does not know key " + id.brief()));
    }

    @Override
    public MarketIdentity identity() throws MarketException {
        steps.requireWorking();
        return notary.identity();
    }

    @Override
    public AgentConnection connect(AgentHello hello, MarketListener listener)
            throws MarketException {
        return agentDesk.connect(hello, listener);
    }

    /** Ends all connections and subscriptions; leases stay as they are until the next opening. */
    @Override
    public void close() throws MarketException {
        List<Mailbox> ending = new ArrayList<>();
        state.run(
                () -> {
                    ending.addAll(shellDesk.close());
                    ending.addAll(outputDesk.close());
                    ending.addAll(agents.close());
                    ending.addAll(watchers.close());
                });
        // Not on the state thread: a listener may be waiting for it.
        ending.forEach(mailbox -> mailbox.await(LISTENER_LIMIT));
        state.close();
        database.close();
        notary.close();
    }

    private static Envelope parse(String document, Bytes bytes) throws MarketException {
        try {
            return Envelope.parse(bytes.toArray());
        } catch (VerificationException e) {
            throw Refusals.refused(document, e);
        }
    }

    private static MarketException unknown(OrderId order) {
        return new MarketException(Code.UNKNOWN, "there is no order " + order.brief());
    }
}
