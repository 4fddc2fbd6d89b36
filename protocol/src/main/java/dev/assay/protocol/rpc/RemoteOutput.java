package dev.assay.protocol.rpc;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.TenantService.Subscription;
import dev.assay.protocol.rpc.proto.Wire;

import java.util.Optional;
import java.util.function.Consumer;

/** The tenant's end of the following of its containers' output. */
final class RemoteOutput extends RemoteStream<Wire.OutputRequest, Wire.OutputReply>
        implements Subscription {
    private final Consumer<Output> sink;

    RemoteOutput(Consumer<Output> sink) {
        this.sink = sink;
    }

    @Override
    boolean take(Wire.OutputReply reply) {
        if (!reply.hasFollowing()) {
            sink.accept(LiveCodec.read(reply.getOutput()));
        }
        return false;
    }

    @Override
    public Optional<MarketException> failure() {
        return ended();
    }

    @Override
    public void close() {
        end("closed by the tenant");
    }
}
