package dev.assay.protocol.rpc;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.ShellRequest;
import dev.assay.protocol.market.TenantService;
import dev.assay.protocol.market.TenantService.ShellLine;
import dev.assay.protocol.rpc.proto.Wire;

import io.grpc.stub.StreamObserver;

import org.jspecify.annotations.Nullable;

/**
 * The server's end of a tenant's shell. gRPC hands it the tenant's frames one at a time; a frame
 * that the service refuses ends the shell.
 */
final class ShellStream implements StreamObserver<Wire.ShellCall> {
    private final TenantService service;
    private final Outbox<Wire.ShellReply> outbox;
    private @Nullable ShellLine line;

    ShellStream(TenantService service, Outbox<Wire.ShellReply> outbox) {
        this.service = service;
        this.outbox = outbox;
    }

    @Override
    public void onNext(Wire.ShellCall call) {
        try {
            if (line == null) {
                open(call);
            } else {
                ShellInput input = Statuses.received(() -> LiveCodec.read(call.getInput()));
                line.send(input);
            }
        } catch (MarketException e) {
            outbox.fail(e);
        }
    }

    private void open(Wire.ShellCall call) throws MarketException {
        if (!call.hasOpen()) {
            throw new MarketException(Code.REFUSED, "malformed message: open: missing");
        }
        ShellRequest request = Statuses.received(() -> LiveCodec.read(call.getOpen().getRequest()));
        ShellLine opened =
                service.shell(
                        ValueCodec.bytes(call.getOpen().getAccessEnvelope()), request, this::send);
        line = opened;
        outbox.whenEnded(opened::close);
        outbox.send(
                Wire.ShellReply.newBuilder()
                        .setCalling(Wire.ShellReply.Calling.getDefaultInstance())
                        .build());
    }

    private void send(ShellOutput output) {
        outbox.send(Wire.ShellReply.newBuilder().setOutput(LiveCodec.write(output)).build());
        if (output instanceof ShellOutput.Ended) {
            outbox.complete();
        }
    }

    /** The tenant ended its side: it hung up. */
    @Override
    public void onCompleted() {
        outbox.complete();
    }

    /** The tenant is gone; the outbox closes what was opened. */
    @Override
    public void onError(Throwable lost) {}
}
