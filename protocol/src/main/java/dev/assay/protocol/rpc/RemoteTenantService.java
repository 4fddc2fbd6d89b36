package dev.assay.protocol.rpc;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketIdentity;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.protocol.market.TenantService;
import dev.assay.protocol.rpc.proto.TenantGrpc;
import dev.assay.protocol.rpc.proto.Wire;

import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The client's side of {@link TenantService}. */
final class RemoteTenantService implements TenantService {
    private final Channel channel;

    RemoteTenantService(Channel channel) {
        this.channel = channel;
    }

    /** One call, and the reply as a value. */
    private interface Call<T> {
        T reply(TenantGrpc.TenantBlockingV2Stub market) throws StatusException;
    }

    @Override
    public OrderId submit(Bytes orderEnvelope) throws MarketException {
        Wire.SubmitRequest request =
                Wire.SubmitRequest.newBuilder()
                        .setOrderEnvelope(ValueCodec.write(orderEnvelope))
                        .build();
        Wire.SubmitReply reply = call(market -> market.submit(request));
        return Statuses.received(() -> ValueCodec.order("order", reply.getOrder()));
    }

    @Override
    public Subscription watch(OrderId order, Consumer<OrderEvent> events) throws MarketException {
        RemoteWatch watch = new RemoteWatch(events);
        TenantGrpc.newStub(channel)
                .watch(
                        Wire.WatchRequest.newBuilder()
                                .setOrder(ValueCodec.write(order.digest()))
                                .build(),
                        watch);
        watch.awaitStart();
        return watch;
    }

    @Override
    public Subscription output(Bytes access, Consumer<Output> sink) throws MarketException {
        RemoteOutput output = new RemoteOutput(sink);
        TenantGrpc.newStub(channel)
                .output(
                        Wire.OutputRequest.newBuilder()
                                .setAccessEnvelope(ValueCodec.write(access))
                                .build(),
                        output);
        output.awaitStart();
        return output;
    }

    @Override
    public ShellLine shell(Bytes access, ShellRequest request, Consumer<ShellOutput> output)
            throws MarketException {
        RemoteShell shell = new RemoteShell(output);
        shell.open(
                TenantGrpc.newStub(channel).shell(shell),
                Wire.ShellCall.Open.newBuilder()
                        .setAccessEnvelope(ValueCodec.write(access))
                        .setRequest(LiveCodec.write(request))
                        .build());
        return shell;
    }

    @Override
    public void cancel(OrderId order) throws MarketException {
        Wire.CancelRequest request =
                Wire.CancelRequest.newBuilder().setOrder(ValueCodec.write(order.digest())).build();
        var _ = call(market -> market.cancel(request));
    }

    @Override
    public void postVerdict(OrderId order, Bytes verdictEnvelope) throws MarketException {
        Wire.PostVerdictRequest request =
                Wire.PostVerdictRequest.newBuilder()
                        .setOrder(ValueCodec.write(order.digest()))
                        .setVerdictEnvelope(ValueCodec.write(verdictEnvelope))
                        .build();
        var _ = call(market -> market.postVerdict(request));
    }

    @Override
    public List<Bytes> proofs(List<Long> indexes) throws MarketException {
        Wire.ProofsRequest request = Wire.ProofsRequest.newBuilder().addAllIndexes(indexes).build();
        return call(market -> market.proofs(request)).getProofsList().stream()
                .map(ValueCodec::bytes)
                .toList();
    }

    @Override
    public String keyPem(KeyId id) throws MarketException {
        Wire.KeyRequest request =
                Wire.KeyRequest.newBuilder().setId(ValueCodec.write(id.digest())).build();
        return call(market -> market.key(request)).getKeyPem();
    }

    @Override
    public void register(String keyPem) throws MarketException {
        Wire.RegisterRequest request = Wire.RegisterRequest.newBuilder().setKeyPem(keyPem).build();
        var _ = call(market -> market.register(request));
    }

    @Override
    public MarketIdentity identity() throws MarketException {
        Wire.IdentityReply reply =
                call(market -> market.identity(Wire.IdentityRequest.getDefaultInstance()));
        return new MarketIdentity(reply.getStatementKeyPem(), reply.getLogKey());
    }

    private <T> T call(Call<T> call) throws MarketException {
        try {
            return call.reply(
                    TenantGrpc.newBlockingV2Stub(channel)
                            .withDeadlineAfter(
                                    MarketClient.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (StatusException | StatusRuntimeException e) {
            throw Statuses.read(e);
        }
    }
}
