package dev.assay.protocol.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentService.AgentConnection;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.market.Progress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

@Timeout(60)
class AgentTransportTest {
    private static final AgentHello HELLO =
            new AgentHello("host", "pem", new Resources(1, 2, 3, 4));
    private static final LeaseId LEASE = new LeaseId(Digest.sha256(new byte[] {1}));
    private static final MarketMessage STOP = new MarketMessage.Stop(LEASE, CloseReason.OWNER);

    private final FakeMarket market = new FakeMarket();
    private final FakeListener listener = new FakeListener();
    private MarketServer server;
    private MarketClient client;

    @BeforeEach
    void start() throws MarketException {
        server = MarketServer.inProcess("agent-test", market, market);
        client = MarketClient.inProcess("agent-test");
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void messages_bothWays_arriveInOrder() throws Exception {
        AgentConnection connection = connect();
        List<Object> sent = new ArrayList<>(List.of(HELLO));
        for (long i = 0; i < 500; i++) {
            AgentMessage message = new AgentMessage.ReportProgress(LEASE, new Progress(i, 500));
            sent.add(message);
            connection.send(message);
            market.agent().received(accepted(i));
        }
        assertThat(market.asked).isEqualTo(sent);
        for (long i = 0; i < 500; i++) {
            assertThat(listener.received.take()).isEqualTo(accepted(i));
        }
    }

    @Test
    void message_refused_throwsItsCodeAndTheConnectionGoesOn() throws Exception {
        AgentConnection connection = connect();
        market.refusal = new MarketException(Code.TOO_LATE, "the order is closed");
        assertThatThrownBy(() -> connection.send(progress()))
                .isInstanceOfSatisfying(
                        MarketException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(Code.TOO_LATE);
                            assertThat(e).hasMessage("the order is closed");
                        });
        market.refusal = null;
        connection.send(progress());
        assertThat(listener.disconnected).isEmpty();
    }

    @Test
    void message_overTheLimit_isRefusedAndTheConnectionGoesOn() throws Exception {
        AgentConnection connection = connect();
        Bytes large = Bytes.copyOf(new byte[SizeLimit.MAX_BYTES]);
        assertThatThrownBy(() -> connection.send(new AgentMessage.SubmitReceipt(LEASE, large)))
                .isInstanceOfSatisfying(
                        MarketException.class, e -> assertThat(e.code()).isEqualTo(Code.REFUSED));
        connection.send(progress());
        assertThat(market.asked).containsExactly(HELLO, progress());
    }

    @Test
    void hello_refused_throwsAndTheListenerHearsNothing() throws Exception {
        market.refusal = new MarketException(Code.REFUSED, "unknown key");
        assertThatThrownBy(this::connect).hasMessage("unknown key");
        Thread.sleep(50);
        assertThat(listener.disconnected).isEmpty();
    }

    @Test
    void listener_thatAnswersWhatItReceives_isNotHeldUp() throws Exception {
        AgentConnection connection = connect();
        BlockingQueue<Boolean> answered = new LinkedBlockingQueue<>();
        listener.reaction =
                _ -> {
                    try {
                        connection.send(progress());
                        answered.add(true);
                    } catch (MarketException e) {
                        answered.add(false);
                    }
                };
        for (int i = 0; i < 10; i++) {
            market.agent().received(STOP);
        }
        for (int i = 0; i < 10; i++) {
            assertThat(answered.take()).isTrue();
        }
    }

    @Test
    void market_thatSpeaksWhileItTakesAMessage_isHeard() throws Exception {
        AgentConnection connection = connect();
        market.onMessage = () -> market.agent().received(STOP);
        connection.send(progress());
        assertThat(listener.received.take()).isEqualTo(STOP);
    }

    @Test
    void connection_closedByTheAgent_endsBothSidesOnce() throws Exception {
        AgentConnection connection = connect();
        connection.close();
        connection.close();
        assertThat(listener.disconnected.take()).isEqualTo("closed by the agent");
        assertThat(market.connectionClosed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> connection.send(progress()))
                .isInstanceOf(MarketException.class)
                .hasMessage("not connected to the market: closed by the agent");
        market.agent().received(STOP);
        assertNothingMoreHeard();
    }

    @Test
    void connection_endedByTheMarket_deliversWhatWasSaidThenTheReason() throws Exception {
        connect();
        market.agent().received(STOP);
        market.agent().disconnected("another connection of this agent was opened");
        market.agent().disconnected("twice");
        assertThat(listener.disconnected.take())
                .isEqualTo("another connection of this agent was opened");
        assertThat(listener.received.take()).isEqualTo(STOP);
        assertThat(market.connectionClosed.await(10, TimeUnit.SECONDS)).isTrue();
        assertNothingMoreHeard();
    }

    @Test
    void connection_whenTheMarketShutsDown_endsWithThatReason() throws Exception {
        connect();
        long before = System.nanoTime();
        server.close();
        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(4));
        assertThat(listener.disconnected.take()).isEqualTo("the market shut down");
        assertNothingMoreHeard();
    }

    @Test
    void connection_whenTheClientCloses_endsBothSides() throws Exception {
        connect();
        client.close();
        assertThat(listener.disconnected.take()).isNotBlank();
        assertThat(market.connectionClosed.await(10, TimeUnit.SECONDS)).isTrue();
        assertNothingMoreHeard();
    }

    /** The end of a call reaches the client even when it comes after the channel's. */
    @Test
    void connection_whenTheClientClosesAtOnce_endsBothSidesEveryTime() throws Exception {
        for (int i = 0; i < 200; i++) {
            try (MarketClient other = MarketClient.inProcess("agent-test")) {
                var _ = other.agent().connect(HELLO, listener);
            }
            assertThat(listener.disconnected.poll(10, TimeUnit.SECONDS)).as("run " + i).isNotNull();
        }
    }

    @Test
    void send_underWayWhenTheMarketShutsDown_failsAsUnavailable() throws Exception {
        AgentConnection connection = connect();
        CountDownLatch taking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        market.onMessage =
                () -> {
                    taking.countDown();
                    await(go);
                };
        BlockingQueue<Code> outcome = new LinkedBlockingQueue<>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                connection.send(progress());
                            } catch (MarketException e) {
                                outcome.add(e.code());
                            }
                        });
        taking.await();
        Thread closing = Thread.ofVirtual().start(server::close);
        assertThat(outcome.take()).isEqualTo(Code.UNAVAILABLE);
        go.countDown();
        closing.join();
    }

    @Test
    void bug_inTheMarket_endsTheConnection() throws Exception {
        AgentConnection connection = connect();
        market.bug = new IllegalStateException("a bug");
        assertThatThrownBy(() -> connection.send(progress()))
                .isInstanceOfSatisfying(
                        MarketException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        assertThat(listener.disconnected.take()).isNotBlank();
        assertThat(market.connectionClosed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void listener_thatThrows_isDisconnected() throws Exception {
        AgentConnection connection = connect();
        listener.reaction =
                _ -> {
                    throw new IllegalStateException("a bug in the agent");
                };
        market.agent().received(STOP);
        assertThat(listener.disconnected.take()).isEqualTo("the agent failed on a message");
        assertThat(listener.received.take()).isEqualTo(STOP);
        assertThatThrownBy(() -> connection.send(progress())).isInstanceOf(MarketException.class);
        assertNothingMoreHeard();
    }

    @Test
    void agent_thatReadsNothing_isDisconnectedAndTheMarketIsNotHeldUp() throws Exception {
        connect();
        CountDownLatch go = new CountDownLatch(1);
        listener.reaction = _ -> await(go);
        long before = System.nanoTime();
        for (long i = 0; i < 20_000; i++) {
            market.agent().received(accepted(i));
        }
        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(20));
        assertThat(market.connectionClosed.await(10, TimeUnit.SECONDS)).isTrue();
        go.countDown();
        assertThat(listener.disconnected.take()).isNotBlank();
    }

    private AgentConnection connect() throws MarketException {
        return client.agent().connect(HELLO, listener);
    }

    private void assertNothingMoreHeard() throws InterruptedException {
        Thread.sleep(50);
        assertThat(listener.received).isEmpty();
        assertThat(listener.disconnected).isEmpty();
    }

    private static MarketMessage accepted(long index) {
        return new MarketMessage.Accepted(LEASE, Bytes.copyOf(new byte[] {1}), index);
    }

    private static AgentMessage progress() {
        return new AgentMessage.ReportProgress(LEASE, new Progress(1, 2));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void bid_andDecline_reachTheMarket() throws Exception {
        AgentConnection connection = connect();
        AgentMessage decline =
                new AgentMessage.Decline(new OrderId(Digest.sha256(new byte[0])), "busy");
        connection.send(decline);
        assertThat(market.asked).containsExactly(HELLO, decline);
    }
}
