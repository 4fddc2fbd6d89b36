package dev.assay.protocol.rpc;

import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.rpc.proto.AgentGrpc;

import io.grpc.Channel;

/** The client's side of {@link AgentService}. */
final class RemoteAgentService implements AgentService {
    private final Channel channel;

    RemoteAgentService(Channel channel) {
        this.channel = channel;
    }

    @Override
    public AgentConnection connect(AgentHello hello, MarketListener listener)
            throws MarketException {
        RemoteConnection connection = new RemoteConnection(listener);
        var _ = AgentGrpc.newStub(channel).connect(connection);
        connection.open(hello);
        return connection;
    }
}
