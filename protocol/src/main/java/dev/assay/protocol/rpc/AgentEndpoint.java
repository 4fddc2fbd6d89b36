package dev.assay.protocol.rpc;

import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.rpc.proto.AgentGrpc;
import dev.assay.protocol.rpc.proto.Wire;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

import java.time.Duration;

/** The server's side of {@link AgentService}. */
final class AgentEndpoint extends AgentGrpc.AgentImplBase {
    private final AgentService service;
    private final OpenStreams streams;

    AgentEndpoint(AgentService service, OpenStreams streams) {
        this.service = service;
        this.streams = streams;
    }

    /** The market never waits for an agent: one whose outbox is full loses its connection. */
    @Override
    public StreamObserver<Wire.AgentFrame> connect(StreamObserver<Wire.MarketFrame> frames) {
        return new AgentStream(
                service,
                streams.open((ServerCallStreamObserver<Wire.MarketFrame>) frames, Duration.ZERO));
    }
}
