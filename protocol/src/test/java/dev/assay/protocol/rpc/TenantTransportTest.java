package dev.assay.protocol.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.Progress;
import dev.assay.protocol.market.TenantService;
import dev.assay.protocol.market.TenantService.Subscription;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;

@Timeout(60)
class TenantTransportTest {
    private static final Bytes ENVELOPE = Bytes.copyOf("order".getBytes(StandardCharsets.UTF_8));
    private static final OrderId ORDER = new OrderId(ENVELOPE.digest());
    private static final KeyId KEY = new KeyId(ORDER.digest());
    private static final OrderEvent CLOSED =
            new OrderEvent.Closed(CloseReason.DONE, Optional.empty(), "");

    private final FakeMarket market = new FakeMarket();
    private MarketServer server;
    private MarketClient client;
    private TenantService tenant;

    @BeforeEach
    void start() throws MarketException {
        server = MarketServer.inProcess("tenant-test", market, market);
        client = MarketClient.inProcess("tenant-test");
        tenant = client.tenant();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void calls_ofEveryKind_reachTheMarketAndReturnItsAnswers() throws Exception {
        assertThat(tenant.submit(ENVELOPE)).isEqualTo(ORDER);
        tenant.cancel(ORDER);
        tenant.postVerdict(ORDER, ENVELOPE);
        tenant.register("key");
        assertThat(tenant.proofs(List.of(7L, 9L)))
                .containsExactly(FakeMarket.PROOF, FakeMarket.PROOF);
        assertThat(tenant.keyPem(KEY)).isEqualTo("key of " + KEY.hex());
        assertThat(tenant.identity()).isEqualTo(FakeMarket.IDENTITY);
        assertThat(market.asked)
                .containsExactly(
                        ENVELOPE,
                        ORDER,
                        List.of(ORDER, ENVELOPE),
                        "key",
                        List.of(7L, 9L),
                        KEY,
                        "identity");
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void refusal_ofAnyCode_arrivesWithCodeAndMessage(Code code) {
        String message = "no: naïve → half\nsecond line";
        market.refusal = new MarketException(code, message);
        assertRefused(code, message, () -> tenant.submit(ENVELOPE));
        assertRefused(code, message, () -> tenant.watch(ORDER, _ -> {}));
    }

    @Test
    void refusal_withAHugeMessage_arrivesClipped() {
        market.refusal = new MarketException(Code.REFUSED, "→".repeat(100_000));
        assertRefused(Code.REFUSED, "→".repeat(1_999) + "…", () -> tenant.submit(ENVELOPE));
    }

    @Test
    void bug_inTheMarket_isUnavailable() {
        market.bug = new IllegalArgumentException("a bug, not a refusal");
        assertThatThrownBy(() -> tenant.submit(ENVELOPE))
                .isInstanceOfSatisfying(
                        MarketException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        assertRefused(Code.UNAVAILABLE, "the market failed", () -> tenant.watch(ORDER, _ -> {}));
    }

    @Test
    void request_overTheLimit_isRefusedBeforeItIsSent() {
        Bytes large = Bytes.copyOf(new byte[SizeLimit.MAX_BYTES + 1]);
        assertThatThrownBy(() -> tenant.submit(large))
                .isInstanceOfSatisfying(
                        MarketException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(Code.REFUSED);
                            assertThat(e).hasMessageEndingWith("at most 2097152 travel in one");
                        });
        assertThat(market.asked).isEmpty();
    }

    @Test
    void request_upToTheLimit_isTaken() throws Exception {
        Bytes largest = Bytes.copyOf(new byte[SizeLimit.MAX_BYTES - 5]);
        assertThat(tenant.submit(largest).digest()).isEqualTo(largest.digest());
    }

    @Test
    void market_thatIsNotThere_isUnavailable() {
        try (MarketClient lost = MarketClient.inProcess("nobody")) {
            assertThatThrownBy(() -> lost.tenant().identity())
                    .isInstanceOfSatisfying(
                            MarketException.class,
                            e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
            assertThatThrownBy(() -> lost.tenant().watch(ORDER, _ -> {}))
                    .isInstanceOf(MarketException.class);
        }
    }

    @Test
    void server_ofATakenName_isRefused() {
        assertThatThrownBy(() -> MarketServer.inProcess("tenant-test", market, market))
                .isInstanceOf(MarketException.class)
                .hasMessageStartingWith("cannot serve at tenant-test: ");
    }

    @Test
    void watch_ofALongHistory_deliversAllInOrderAndEndsAtClosed() throws Exception {
        List<OrderEvent> history = new ArrayList<>();
        LongStream.range(0, 5_000)
                .forEach(i -> history.add(new OrderEvent.Progressed(new Progress(i, 5_000))));
        history.add(CLOSED);
        market.script = history::forEach;
        BlockingQueue<OrderEvent> received = new LinkedBlockingQueue<>();
        Subscription watch = tenant.watch(ORDER, received::add);
        for (OrderEvent event : history) {
            assertThat(received.take()).isEqualTo(event);
        }
        market.subscriptionClosed.await();
        assertThat(watch.failure()).isEmpty();
        watch.close();
    }

    @Test
    void watcher_thatIsSlow_holdsUpTheMarketAndMissesNothing() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        BlockingQueue<OrderEvent> received = new LinkedBlockingQueue<>();
        BlockingQueue<Long> sent = new LinkedBlockingQueue<>();
        int total = 4 * Outbox.LIMIT;
        market.script =
                events ->
                        LongStream.range(0, total)
                                .forEach(
                                        i -> {
                                            events.accept(
                                                    new OrderEvent.Progressed(
                                                            new Progress(i, total)));
                                            sent.add(i);
                                        });
        Thread watcher =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        tenant.watch(ORDER, slow(go, received));
                                    } catch (MarketException e) {
                                        throw new AssertionError(e);
                                    }
                                });
        Thread.sleep(300);
        assertThat(sent).hasSizeBetween(Outbox.LIMIT, Outbox.LIMIT + 3);
        go.countDown();
        for (long i = 0; i < total; i++) {
            assertThat(received.take())
                    .isEqualTo(new OrderEvent.Progressed(new Progress(i, total)));
        }
        watcher.join();
    }

    private static Consumer<OrderEvent> slow(CountDownLatch go, BlockingQueue<OrderEvent> to) {
        return event -> {
            try {
                go.await();
                to.add(event);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    @Test
    void watch_whenClosed_endsTheMarketsSubscriptionWithoutFailure() throws Exception {
        Subscription watch = tenant.watch(ORDER, _ -> {});
        watch.close();
        assertThat(market.subscriptionClosed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(watch.failure()).isEmpty();
    }

    @Test
    void watch_whenTheMarketShutsDown_saysSo() throws Exception {
        Subscription watch = tenant.watch(ORDER, _ -> {});
        server.close();
        assertThat(failure(watch)).hasMessage("the market shut down");
        assertThat(market.subscriptionClosed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void watch_whoseConsumerThrows_endsWithAFailure() throws Exception {
        market.script = events -> events.accept(new OrderEvent.Progressed(new Progress(1, 2)));
        Subscription watch =
                tenant.watch(
                        ORDER,
                        _ -> {
                            throw new IllegalStateException("a bug in the watcher");
                        });
        assertThat(failure(watch).code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(market.subscriptionClosed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static MarketException failure(Subscription watch) throws InterruptedException {
        while (watch.failure().isEmpty()) {
            Thread.sleep(5);
        }
        return watch.failure().orElseThrow();
    }

    private static void assertRefused(Code code, String message, ThrowingCall call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        MarketException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(code);
                            assertThat(e).hasMessage(message);
                        });
    }

    private interface ThrowingCall {
        void run() throws Exception;
    }

    @Test
    void order_unknownDigest_isTheMarketsToRefuse() throws Exception {
        OrderId unknown = new OrderId(Digest.sha256(new byte[] {9}));
        tenant.cancel(unknown);
        assertThat(market.asked).containsExactly(unknown);
    }
}
