package dev.assay.protocol.rpc;

import com.google.protobuf.ByteString;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketIdentity;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.TenantService;
import dev.assay.protocol.rpc.proto.TenantGrpc;
import dev.assay.protocol.rpc.proto.Wire;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

import java.time.Duration;
import java.util.concurrent.Executor;

/** The server's side of {@link TenantService}: reads each request, asks the service, answers. */
final class TenantEndpoint extends TenantGrpc.TenantImplBase {
    /** How long a watcher may leave a full outbox unread before its watch ends. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TenantService service;
    private final OpenStreams streams;
    private final Executor executor;

    /**
     * @param executor runs the watches' beginnings, which may have to wait for the watcher
     */
    TenantEndpoint(TenantService service, OpenStreams streams, Executor executor) {
        this.service = service;
        this.streams = streams;
        this.executor = executor;
    }

    /** Computes the reply to one call. */
    private interface Answer<T> {
        T reply() throws MarketException;
    }

    @Override
    public void register(Wire.RegisterRequest request, StreamObserver<Wire.RegisterReply> replies) {
        answer(
                replies,
                () -> {
                    service.register(request.getKeyPem());
                    return Wire.RegisterReply.getDefaultInstance();
                });
    }

    @Override
    public void submit(Wire.SubmitRequest request, StreamObserver<Wire.SubmitReply> replies) {
        answer(
                replies,
                () -> {
                    OrderId order = service.submit(ValueCodec.bytes(request.getOrderEnvelope()));
                    return Wire.SubmitReply.newBuilder()
                            .setOrder(ValueCodec.write(order.digest()))
                            .build();
                });
    }

    @Override
    public void cancel(Wire.CancelRequest request, StreamObserver<Wire.CancelReply> replies) {
        answer(
                replies,
                () -> {
                    service.cancel(order(request.getOrder()));
                    return Wire.CancelReply.getDefaultInstance();
                });
    }

    @Override
    public void postVerdict(
            Wire.PostVerdictRequest request, StreamObserver<Wire.PostVerdictReply> replies) {
        answer(
                replies,
                () -> {
                    service.postVerdict(
                            order(request.getOrder()),
                            ValueCodec.bytes(request.getVerdictEnvelope()));
                    return Wire.PostVerdictReply.getDefaultInstance();
                });
    }

    @Override
    public void proofs(Wire.ProofsRequest request, StreamObserver<Wire.ProofsReply> replies) {
        answer(
                replies,
                () -> {
                    Wire.ProofsReply.Builder reply = Wire.ProofsReply.newBuilder();
                    service.proofs(request.getIndexesList())
                            .forEach(proof -> reply.addProofs(ValueCodec.write(proof)));
                    return reply.build();
                });
    }

    @Override
    public void key(Wire.KeyRequest request, StreamObserver<Wire.KeyReply> replies) {
        answer(
                replies,
                () -> {
                    KeyId id = Statuses.received(() -> ValueCodec.key("id", request.getId()));
                    return Wire.KeyReply.newBuilder().setKeyPem(service.keyPem(id)).build();
                });
    }

    @Override
    public void identity(Wire.IdentityRequest request, StreamObserver<Wire.IdentityReply> replies) {
        answer(
                replies,
                () -> {
                    MarketIdentity identity = service.identity();
                    return Wire.IdentityReply.newBuilder()
                            .setStatementKeyPem(identity.statementKeyPem())
                            .setLogKey(identity.logKey())
                            .build();
                });
    }

    @Override
    public void watch(Wire.WatchRequest request, StreamObserver<Wire.WatchReply> replies) {
        Outbox<Wire.WatchReply> outbox =
                streams.open((ServerCallStreamObserver<Wire.WatchReply>) replies, PATIENCE);
        executor.execute(() -> watch(request, outbox));
    }

    private void watch(Wire.WatchRequest request, Outbox<Wire.WatchReply> outbox) {
        try {
            TenantService.Subscription subscription =
                    service.watch(order(request.getOrder()), event -> send(event, outbox));
            outbox.whenEnded(subscription::close);
            outbox.send(
                    Wire.WatchReply.newBuilder()
                            .setWatching(Wire.WatchReply.Watching.getDefaultInstance())
                            .build());
        } catch (MarketException e) {
            outbox.fail(e);
        } catch (RuntimeException e) {
            outbox.fail(new MarketException(Code.UNAVAILABLE, "the market failed", e));
            throw e;
        }
    }

    private static void send(OrderEvent event, Outbox<Wire.WatchReply> outbox) {
        outbox.send(Wire.WatchReply.newBuilder().setEvent(OrderEventCodec.write(event)).build());
        if (event instanceof OrderEvent.Closed) {
            outbox.complete();
        }
    }

    @Override
    public void output(Wire.OutputRequest request, StreamObserver<Wire.OutputReply> replies) {
        Outbox<Wire.OutputReply> outbox =
                streams.open((ServerCallStreamObserver<Wire.OutputReply>) replies, PATIENCE);
        executor.execute(() -> output(request, outbox));
    }

    private void output(Wire.OutputRequest request, Outbox<Wire.OutputReply> outbox) {
        try {
            TenantService.Subscription subscription =
                    service.output(
                            ValueCodec.bytes(request.getAccessEnvelope()),
                            output ->
                                    outbox.send(
                                            Wire.OutputReply.newBuilder()
                                                    .setOutput(LiveCodec.write(output))
                                                    .build()));
            outbox.whenEnded(subscription::close);
            outbox.send(
                    Wire.OutputReply.newBuilder()
                            .setFollowing(Wire.OutputReply.Following.getDefaultInstance())
                            .build());
        } catch (MarketException e) {
            outbox.fail(e);
        } catch (RuntimeException e) {
            outbox.fail(new MarketException(Code.UNAVAILABLE, "the market failed", e));
            throw e;
        }
    }

    @Override
    public StreamObserver<Wire.ShellCall> shell(StreamObserver<Wire.ShellReply> replies) {
        return new ShellStream(
                service,
                streams.open((ServerCallStreamObserver<Wire.ShellReply>) replies, PATIENCE));
    }

    private static OrderId order(ByteString wire) throws MarketException {
        return Statuses.received(() -> ValueCodec.order("order", wire));
    }

    private static <T> void answer(StreamObserver<T> replies, Answer<T> answer) {
        try {
            replies.onNext(answer.reply());
            replies.onCompleted();
        } catch (MarketException e) {
            replies.onError(Statuses.write(e));
        }
    }
}
