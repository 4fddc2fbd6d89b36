package dev.assay.market.server;

import static dev.assay.market.server.MarketTest.assertCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage.Decline;
import dev.assay.protocol.market.AgentMessage.PlaceBid;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage.Offer;
import dev.assay.protocol.market.OrderEvent.Awarded;
import dev.assay.protocol.market.OrderEvent.BidDeclined;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.verification.statement.OrderPredicate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** Orders and bids that the market refuses, each with its reason, and what they leave: nothing. */
class RefusalTest {
    private static final Price MAX = Papers.price(400_000);
    private static final Duration TIME = Duration.ofMinutes(10);

    @TempDir Path directory;

    @Test
    void submit_deadlinePassed_isTooLate() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            OrderPredicate order =
                    Papers.order(
                            tenant.key(),
                            Papers.spec(Work.NOMINAL, MAX),
                            MicroAmount.of(800_000),
                            Instant.now().minusSeconds(60),
                            Duration.ofSeconds(59));

            assertCode(Code.TOO_LATE, () -> tenant.place(order));
            assertUntouched(rig, tenant);
        }
    }

    /** A timer counts nanoseconds in 64 bits: 292 years. */
    @Test
    void tenant_whoseDeadlineIsCenturiesAhead_doesNotStopTheMarket() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            rig.agent(350_000);
            OrderPredicate far = tenant.order(Work.NOMINAL, MAX, Duration.ofDays(400L * 365));
            assertThatThrownBy(() -> tenant.place(far))
                    .isInstanceOf(MarketException.class)
                    .hasMessageContaining("order.deadline");
            assertUntouched(rig, tenant);
            rig.restart();
        }
    }

    @Test
    void auditor_thatBidsOnTheOrderItJudges_isDeclined() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent auditor = rig.agent(350_000);
            OrderPredicate own = tenant.order(Work.NOMINAL, MAX, TIME);
            tenant.place(
                    new OrderPredicate(
                            own.tenant(),
                            auditor.key().keyId(),
                            own.spec(),
                            own.deposit(),
                            own.createdOn(),
                            own.deadline(),
                            own.seedCommitment(),
                            own.nonce()));

            assertThat(tenant.events().next(BidDeclined.class).reason()).contains("auditor");
            assertThat(rig.gained(auditor.account())).isZero();
        }
    }

    @Test
    void submit_fromTheFuture_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            OrderPredicate order =
                    Papers.order(
                            tenant.key(),
                            Papers.spec(Work.NOMINAL, MAX),
                            MicroAmount.of(800_000),
                            Instant.now().plusSeconds(60),
                            TIME);

            assertCode(Code.REFUSED, () -> tenant.place(order));
        }
    }

    @Test
    void submit_depositOfAnotherAmount_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            for (long deposit : new long[] {0, 799_999, 800_001}) {
                OrderPredicate order =
                        Papers.order(
                                tenant.key(),
                                Papers.spec(Work.NOMINAL, MAX),
                                MicroAmount.of(deposit),
                                Instant.now(),
                                TIME);

                assertThatThrownBy(() -> tenant.place(order))
                        .hasMessageContaining("needs exactly 0.800000");
            }
            assertUntouched(rig, tenant);
        }
    }

    @Test
    void submit_priceThatOverflows_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            OrderPredicate order =
                    Papers.order(
                            tenant.key(),
                            Papers.spec(Work.NOMINAL, Papers.price(Long.MAX_VALUE)),
                            MicroAmount.of(1),
                            Instant.now(),
                            TIME);

            assertThatThrownBy(() -> tenant.place(order))
                    .hasMessageContaining("more than any amount");
        }
    }

    @Test
    void submit_gpuHoursWithoutGpu_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            Price price = new Price(MicroAmount.of(1), Denom.USDC, PriceUnit.GPU_HOUR);
            OrderPredicate order =
                    Papers.order(
                            tenant.key(),
                            Papers.spec(Work.NOMINAL, price),
                            MicroAmount.ZERO,
                            Instant.now(),
                            TIME);

            assertThatThrownBy(() -> tenant.place(order)).hasMessageContaining("gpu-hour");
        }
    }

    @Test
    void submit_moreThanTheAccountHolds_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();

            assertCode(Code.INSUFFICIENT_FUNDS, () -> tenant.place(Papers.price(60_000_000)));
            assertUntouched(rig, tenant);
        }
    }

    @Test
    void submit_byAKeyNobodyRegistered_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant stranger = new FakeTenant(rig);

            assertThatThrownBy(() -> stranger.place(MAX)).hasMessageContaining("register it");
        }
    }

    @Test
    void submit_signedBySomebodyElse_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant victim = rig.tenant();
            FakeTenant thief = rig.tenant();
            Bytes forged = thief.sign(victim.order(Work.NOMINAL, MAX, TIME));

            assertCode(Code.REFUSED, () -> rig.market().submit(forged));
            assertUntouched(rig, victim);
        }
    }

    @Test
    void submit_twice_isRefusedOnce() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            OrderPredicate order = tenant.order(Work.NOMINAL, MAX, TIME);
            tenant.place(order);

            assertThatThrownBy(() -> tenant.place(order)).hasMessageContaining("already");
            assertThat(rig.gained(tenant.account())).isEqualTo(-800_000);
        }
    }

    @Test
    void submit_bytesThatAreNoEnvelope_areRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            byte[] changed = tenant.sign(tenant.order(Work.NOMINAL, MAX, TIME)).toArray();
            changed[40] ^= 1;

            assertCode(Code.REFUSED, () -> rig.market().submit(Bytes.copyOf(new byte[0])));
            assertCode(Code.REFUSED, () -> rig.market().submit(Bytes.copyOf(new byte[2 << 20])));
            assertCode(Code.REFUSED, () -> rig.market().submit(Bytes.copyOf(changed)));
        }
    }

    @Test
    void watchCancelVerdict_ofNoOrder_areUnknown() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            OrderId nothing = new OrderId(Papers.digest("nothing"));
            FakeTenant tenant = rig.tenant();
            Bytes envelope = tenant.sign(tenant.order(Work.NOMINAL, MAX, TIME));

            assertCode(Code.UNKNOWN, () -> tenant.watch(nothing));
            assertCode(Code.UNKNOWN, () -> rig.market().cancel(nothing));
            assertCode(Code.UNKNOWN, () -> rig.market().postVerdict(nothing, envelope));
        }
    }

    @Test
    void bid_thatIsRefused_isDeclinedWithItsReason() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent waiting = rig.agent(FakeAgent.SILENT);
            FakeAgent agent = rig.agent(FakeAgent.SILENT);
            OrderId order = tenant.place(MAX);
            agent.heard().next(Offer.class);

            assertDeclined(tenant, agent, order, 0, "more than 0");
            assertDeclined(tenant, agent, order, 400_001, "above the order's maximum");
            agent.send(new PlaceBid(order, MicroAmount.of(400_000)));
            assertDeclined(tenant, agent, order, 1, "already made a bid");

            assertThat(rig.gained(agent.account())).isEqualTo(-10_000);
            waiting.send(new Decline(order, "x".repeat(9_999)));
            assertThat(tenant.events().next(BidDeclined.class).reason()).hasSize(500);
            tenant.events().next(Awarded.class);
            assertCode(Code.TOO_LATE, () -> waiting.send(new PlaceBid(order, MicroAmount.of(1))));
        }
    }

    @Test
    void bid_withoutMoneyForItsDeposit_isDeclined() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            new FakeAgent("poor", 1).connect(rig.market());
            tenant.place(MAX);

            assertThat(tenant.events().next(BidDeclined.class).reason())
                    .contains("does not cover the bid deposit of 0.010000 usdc");
            assertThat(tenant.events().next(Closed.class).reason()).isEqualTo(CloseReason.NO_BIDS);
        }
    }

    @Test
    void connect_withABadKey_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            AgentHello hello = new AgentHello("agent", "no key", Papers.NEEDED);

            assertCode(Code.REFUSED, () -> rig.market().connect(hello, new FakeAgent("unused", 1)));
        }
    }

    @Test
    void send_afterAnotherConnectionTookOver_isUnavailable() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeAgent agent = rig.agent(FakeAgent.SILENT);
            var old = agent.link();
            agent.connect(rig.market());

            assertThat(agent.ended().join()).contains("took over");
            assertCode(
                    Code.UNAVAILABLE,
                    () -> old.send(new Decline(new OrderId(Papers.digest("x")), "")));
            old.close();
            OrderId order = rig.tenant().place(MAX);
            agent.send(new Decline(order, "still here"));
        }
    }

    private static void assertDeclined(
            FakeTenant tenant, FakeAgent agent, OrderId order, long rate, String why) {
        assertThatThrownBy(() -> agent.send(new PlaceBid(order, MicroAmount.of(rate))))
                .isInstanceOf(MarketException.class)
                .hasMessageContaining(why);
        assertThat(tenant.events().next(BidDeclined.class).reason()).contains(why);
    }

    private static void assertUntouched(Rig rig, FakeTenant tenant) throws MarketException {
        assertThat(rig.gained(tenant.account())).isZero();
        rig.market().checkBooks();
    }
}
