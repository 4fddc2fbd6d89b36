package dev.assay.protocol.rpc;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.ShellInput;
import dev.assay.protocol.market.ShellOutput;
import dev.assay.protocol.market.TenantService.ShellLine;
import dev.assay.protocol.rpc.proto.Wire;

import io.grpc.stub.StreamObserver;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/** The tenant's end of a shell. */
final class RemoteShell extends RemoteStream<Wire.ShellCall, Wire.ShellReply> implements ShellLine {
    private final Consumer<ShellOutput> output;
    private @Nullable StreamObserver<Wire.ShellCall> calls;

    RemoteShell(Consumer<ShellOutput> output) {
        this.output = output;
    }

    /** Opens it by this first frame; returns when the market accepted it. */
    void open(StreamObserver<Wire.ShellCall> to, Wire.ShellCall.Open first) throws MarketException {
        calls = to;
        to.onNext(Wire.ShellCall.newBuilder().setOpen(first).build());
        awaitStart();
    }

    @Override
    boolean take(Wire.ShellReply reply) {
        if (reply.hasCalling()) {
            return false;
        }
        ShellOutput out = LiveCodec.read(reply.getOutput());
        output.accept(out);
        return out instanceof ShellOutput.Ended;
    }

    @Override
    void lost(MarketException reason) {
        output.accept(new ShellOutput.Ended(-1, String.valueOf(reason.getMessage())));
    }

    /** Sent frames are not answered; a market that refuses one ends the shell. */
    @Override
    public synchronized void send(ShellInput input) throws MarketException {
        if (calls == null) {
            throw new MarketException(Code.UNAVAILABLE, "the shell is not open");
        }
        try {
            calls.onNext(Wire.ShellCall.newBuilder().setInput(LiveCodec.write(input)).build());
        } catch (RuntimeException e) { // how a call says that it ended meanwhile
            throw new MarketException(Code.UNAVAILABLE, "the shell has ended", e);
        }
    }

    @Override
    public void close() {
        end("closed by the tenant");
    }
}
