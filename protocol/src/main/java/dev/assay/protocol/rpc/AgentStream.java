package dev.assay.protocol.rpc;

import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.AgentService.AgentConnection;
import dev.assay.protocol.market.AgentService.MarketListener;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.rpc.proto.Wire;

import io.grpc.stub.StreamObserver;

import org.jspecify.annotations.Nullable;

/**
 * The server's end of one agent's connection. gRPC hands it the agent's frames one at a time and
 * fetches the next when the last was answered, so an agent that sends faster than the market takes
 * is held up.
 */
final class AgentStream implements StreamObserver<Wire.AgentFrame>, MarketListener {
    private final AgentService service;
    private final Outbox<Wire.MarketFrame> outbox;
    private @Nullable AgentConnection connection;

    AgentStream(AgentService service, Outbox<Wire.MarketFrame> outbox) {
        this.service = service;
        this.outbox = outbox;
    }

    @Override
    public void onNext(Wire.AgentFrame frame) {
        if (connection == null) {
            connect(frame);
        } else {
            take(frame, connection);
        }
    }

    private void connect(Wire.AgentFrame frame) {
        try {
            if (!frame.hasHello()) {
                throw new MarketException(Code.REFUSED, "malformed message: hello: missing");
            }
            AgentHello hello = Statuses.received(() -> AgentMessageCodec.read(frame.getHello()));
            AgentConnection opened = service.connect(hello, this);
            connection = opened;
            outbox.whenEnded(opened::close);
            answer(Wire.MarketFrame.Answer.newBuilder().setSequence(frame.getSequence()));
        } catch (MarketException e) {
            outbox.fail(e);
        }
    }

    private void take(Wire.AgentFrame frame, AgentConnection open) {
        Wire.MarketFrame.Answer.Builder answer =
                Wire.MarketFrame.Answer.newBuilder().setSequence(frame.getSequence());
        try {
            AgentMessage message =
                    Statuses.received(() -> AgentMessageCodec.read(frame.getMessage()));
            open.send(message);
        } catch (MarketException e) {
            answer.getFailureBuilder()
                    .setCode(ValueCodec.FAILURE_CODE.write(e.code()))
                    .setMessage(String.valueOf(e.getMessage()));
        }
        answer(answer);
    }

    private void answer(Wire.MarketFrame.Answer.Builder answer) {
        outbox.send(Wire.MarketFrame.newBuilder().setAnswer(answer).build());
    }

    @Override
    public void received(MarketMessage message) {
        outbox.send(
                Wire.MarketFrame.newBuilder()
                        .setMessage(MarketMessageCodec.write(message))
                        .build());
    }

    @Override
    public void disconnected(String reason) {
        outbox.fail(new MarketException(Code.UNAVAILABLE, reason));
    }

    /** The agent ended its side; nothing more can be asked of it. */
    @Override
    public void onCompleted() {
        outbox.complete();
    }

    /** The connection was lost or closed by the agent; the outbox closes what was opened. */
    @Override
    public void onError(Throwable lost) {}
}
