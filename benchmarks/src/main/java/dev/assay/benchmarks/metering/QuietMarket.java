package dev.assay.benchmarks.metering;

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
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.protocol.market.TenantService;

import java.util.List;
import java.util.function.Consumer;

/** A market that takes every agent's connection and never offers it anything; it has no tenants. */
final class QuietMarket implements AgentService, TenantService {
    private static final class QuietConnection implements AgentConnection {
        @Override
        public void send(AgentMessage message) {}

        @Override
        public void close() {}
    }

    @Override
    public AgentConnection connect(AgentHello hello, MarketListener listener) {
        return new QuietConnection();
    }

    private static MarketException closed() {
        return new MarketException(
                MarketException.Code.REFUSED, "this market has no tenants; it is for measuring");
    }

    @Override
    public OrderId submit(Bytes orderEnvelope) throws MarketException {
        throw closed();
    }

    @Override
    public Subscription watch(OrderId order, Consumer<OrderEvent> events) throws MarketException {
        throw closed();
    }

    @Override
    public Subscription output(Bytes access, Consumer<Output> sink) throws MarketException {
        throw closed();
    }

    @Override
    public ShellLine shell(Bytes access, ShellRequest request, Consumer<ShellOutput> output)
            throws MarketException {
        throw closed();
    }

    @Override
    public void cancel(OrderId order) throws MarketException {
        throw closed();
    }

    @Override
    public void postVerdict(OrderId order, Bytes verdictEnvelope) throws MarketException {
        throw closed();
    }

    @Override
    public List<Bytes> proofs(List<Long> indexes) throws MarketException {
        throw closed();
    }

    @Override
    public String keyPem(KeyId id) throws MarketException {
        throw closed();
    }

    @Override
    public void register(String keyPem) throws MarketException {
        throw closed();
    }

    @Override
    public MarketIdentity identity() throws MarketException {
        throw closed();
    }
}
