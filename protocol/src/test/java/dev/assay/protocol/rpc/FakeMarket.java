package dev.assay.protocol.rpc;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketIdentity;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.protocol.market.TenantService;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** A market that records what it is asked and refuses what it is told to refuse. */
final class FakeMarket implements TenantService, AgentService {
    static final Bytes PROOF = Bytes.copyOf(new byte[] {1, 2, 3});
    static final MarketIdentity IDENTITY = new MarketIdentity("statement key", "log+key");

    final List<Object> asked = new CopyOnWriteArrayList<>();
    final CountDownLatch subscriptionClosed = new CountDownLatch(1);
    final CountDownLatch connectionClosed = new CountDownLatch(1);

    /** Thrown by every method that can, when set. */
    volatile @Nullable MarketException refusal;

    /** Thrown by every method, when set: a bug in the market. */
    volatile @Nullable RuntimeException bug;

    /** Run while the market takes an agent's message. */
    volatile Runnable onMessage = () -> {};

    /** Reports an order's events, as a test scripts them. */
    volatile Consumer<Consumer<OrderEvent>> script = _ -> {};

    /** Reports containers' output, as a test scripts it. */
    volatile Consumer<Consumer<Output>> outputScript = _ -> {};

    /** Where the output of the shell that was opened last goes. */
    volatile Consumer<ShellOutput> shellOutput = _ -> {};

    private volatile @Nullable MarketListener agent;

    @Override
    public OrderId submit(Bytes orderEnvelope) throws MarketException {
        ask(orderEnvelope);
        return new OrderId(orderEnvelope.digest());
    }

    @Override
    public Subscription watch(OrderId order, Consumer<OrderEvent> events) throws MarketException {
        ask(order);
        script.accept(events);
        return subscriptionClosed::countDown;
    }

    @Override
    public Subscription output(Bytes access, Consumer<Output> sink) throws MarketException {
        ask(access);
        outputScript.accept(sink);
        return subscriptionClosed::countDown;
    }

    @Override
    public ShellLine shell(Bytes access, ShellRequest request, Consumer<ShellOutput> output)
            throws MarketException {
        ask(List.of(access, request));
        shellOutput = output;
        return new ShellLine() {
            @Override
            public void send(ShellInput input) throws MarketException {
                ask(input);
                onMessage.run();
            }

            @Override
            public void close() {
                connectionClosed.countDown();
            }
        };
    }

    @Override
    public void cancel(OrderId order) throws MarketException {
        ask(order);
    }

    @Override
    public void postVerdict(OrderId order, Bytes verdictEnvelope) throws MarketException {
        ask(List.of(order, verdictEnvelope));
    }

    @Override
    public List<Bytes> proofs(List<Long> indexes) throws MarketException {
        ask(indexes);
        return Collections.nCopies(indexes.size(), PROOF);
    }

    @Override
    public String keyPem(KeyId id) throws MarketException {
        ask(id);
        return "key of " + id.hex();
    }

    @Override
    public void register(String keyPem) throws MarketException {
        ask(keyPem);
    }

    @Override
    public MarketIdentity identity() throws MarketException {
        ask("identity");
        return IDENTITY;
    }

    @Override
    public AgentConnection connect(AgentHello hello, MarketListener listener)
            throws MarketException {
        ask(hello);
        agent = listener;
        return new AgentConnection() {
            @Override
            public void send(AgentMessage message) throws MarketException {
                ask(message);
                onMessage.run();
            }

            @Override
            public void close() {
                connectionClosed.countDown();
            }
        };
    }

    /** The agent that connected last. */
    MarketListener agent() {
        return Optional.ofNullable(agent).orElseThrow();
    }

    private void ask(Object request) throws MarketException {
        asked.add(request);
        if (bug != null) {
            throw bug;
        }
        if (refusal != null) {
            throw refusal;
        }
    }
}
