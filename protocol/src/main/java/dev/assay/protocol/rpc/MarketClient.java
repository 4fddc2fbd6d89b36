package dev.assay.protocol.rpc;

import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.TenantService;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Reaches a market over gRPC. Its services are thread-safe and end with it; a call that is not
 * answered within 30 seconds fails as unavailable.
 *
 * <p>A watcher that does not return holds up its own watch only. An agent's messages are answered
 * one by one, so sending never runs ahead of the market; an agent that leaves more than 1,024
 * messages of the market unread is disconnected.
 */
public final class MarketClient implements AutoCloseable {
    /** How long an answer may take. */
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final ManagedChannel channel;
    private final CallThreads threads;

    private MarketClient(ManagedChannel channel, CallThreads threads) {
        this.channel = channel;
        this.threads = threads;
    }

    /** A client of the {@link MarketServer} of this name in this process. */
    public static MarketClient inProcess(String name) {
        return over(InProcessChannelBuilder.forName(name));
    }

    private static MarketClient over(ManagedChannelBuilder<?> transport) {
        CallThreads threads = new CallThreads();
        ManagedChannel channel =
                transport
                        .executor(threads)
                        .maxInboundMessageSize(SizeLimit.MAX_BYTES)
                        .intercept(new SizeLimit())
                        .build();
        return new MarketClient(channel, threads);
    }

    public TenantService tenant() {
        return new RemoteTenantService(channel);
    }

    public AgentService agent() {
        return new RemoteAgentService(channel);
    }

    /** Ends every call, connection and watch of this client, within 10 seconds. */
    @Override
    public void close() {
        channel.shutdownNow();
        try {
            boolean _ = channel.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            threads.awaitIdle(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
