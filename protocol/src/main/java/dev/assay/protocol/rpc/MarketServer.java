package dev.assay.protocol.rpc;

import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.TenantService;

import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessServerBuilder;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Offers a market's services over gRPC. Each call runs on a virtual thread of its own, so the
 * services may block; the calls of one connection or watch run one after the other.
 *
 * <p>Up to 1,024 messages wait for a slow peer. An agent that lets more pile up is disconnected;
 * the service that reports events to a watcher is held up for up to 30 seconds, then the watch
 * ends.
 */
public final class MarketServer implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Server server;
    private final OpenStreams streams;
    private final CallThreads threads;

    private MarketServer(Server server, OpenStreams streams, CallThreads threads) {
        this.server = server;
        this.streams = streams;
        this.threads = threads;
    }

    /** Serves the clients in this process that name {@code name}. */
    public static MarketServer inProcess(String name, TenantService tenants, AgentService agents)
            throws MarketException {
        return start(InProcessServerBuilder.forName(name), name, tenants, agents);
    }

    private static MarketServer start(
            ServerBuilder<?> transport, String place, TenantService tenants, AgentService agents)
            throws MarketException {
        OpenStreams streams = new OpenStreams();
        CallThreads threads = new CallThreads();
        Server server =
                transport
                        .executor(threads)
                        .maxInboundMessageSize(SizeLimit.MAX_BYTES)
                        .addService(new TenantEndpoint(tenants, streams, threads))
                        .addService(new AgentEndpoint(agents, streams))
                        .build();
        try {
            return new MarketServer(server.start(), streams, threads);
        } catch (IOException e) {
            throw new MarketException(
                    Code.UNAVAILABLE, "cannot serve at " + place + ": " + e.getMessage(), e);
        }
    }

    /**
     * Takes no more calls, ends every connection and watch, and lets calls under way finish;
     * returns within 10 seconds. The services stay open.
     */
    @Override
    public void close() {
        server.shutdown();
        streams.failAll(new MarketException(Code.UNAVAILABLE, "the market shut down"));
        try {
            if (!server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
            }
            threads.awaitIdle(GRACE);
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
