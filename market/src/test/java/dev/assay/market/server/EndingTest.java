package dev.assay.market.server;

import static dev.assay.market.server.MarketTest.assertCode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentMessage.Decline;
import dev.assay.protocol.market.AgentMessage.PlaceBid;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage.LeaseClosed;
import dev.assay.protocol.market.MarketMessage.NotAwarded;
import dev.assay.protocol.market.MarketMessage.Stop;
import dev.assay.protocol.market.OrderEvent.Awarded;
import dev.assay.protocol.market.OrderEvent.BidPlaced;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Orders that end early: no bids, withdrawn, ended by their tenant, failed. */
class EndingTest {
    private static final Price MAX = Papers.price(400_000);
    private static final Price HOURLY =
            new Price(MicroAmount.of(3_600_000), Denom.USDC, PriceUnit.CPU_HOUR);

    @TempDir Path directory;

    @Test
    void order_withoutAgents_expiresAfterItsWindow() throws Exception {
        try (Rig rig = new Rig(directory, within(Rig.SHORT, Rig.LONG, Rig.LONG, Rig.LONG))) {
            FakeTenant tenant = rig.tenant();
            OrderId order = tenant.place(MAX);

            assertClosed(tenant, CloseReason.NO_BIDS, Optional.empty());
            assertThat(rig.gained(tenant.account())).isZero();
            rig.assertReleased(order);
            assertCode(Code.TOO_LATE, () -> rig.market().cancel(order));
        }
    }

    @Test
    void order_thatNobodyWants_expiresAtOnce() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            rig.agent(FakeAgent.DECLINES);
            rig.agent(FakeAgent.DECLINES);
            tenant.place(MAX);

            assertClosed(tenant, CloseReason.NO_BIDS, Optional.empty());
        }
    }

    @Test
    void order_whoseAgentsKeepSilent_goesToTheBestBidAtTheEndOfTheWindow() throws Exception {
        try (Rig rig = new Rig(directory, within(Rig.SHORT, Rig.LONG, Rig.LONG, Rig.LONG))) {
            FakeTenant tenant = rig.tenant();
            rig.agent(FakeAgent.SILENT);
            FakeAgent bidder = rig.agent(350_000);
            tenant.place(MAX);

            assertThat(tenant.events().next(Awarded.class).ranking().getFirst().provider())
                    .isEqualTo(bidder.key().keyId());
        }
    }

    @Test
    void order_whileOpen_isOfferedToAgentsThatConnect() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            tenant.place(MAX);
            rig.agent(350_000);

            tenant.events().next(Awarded.class);
        }
    }

    @Test
    void order_whoseOnlyBidderLeft_expires() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent waiting = rig.agent(FakeAgent.SILENT);
            FakeAgent bidder = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            tenant.events().next(BidPlaced.class);
            bidder.disconnect();
            waiting.send(new Decline(order, "no"));

            assertClosed(tenant, CloseReason.NO_BIDS, Optional.empty());
            assertThat(rig.gained(bidder.account())).isZero();
            rig.assertReleased(order, bidder);
        }
    }

    @Test
    void cancel_whileOpen_refundsEverybody() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent waiting = rig.agent(FakeAgent.SILENT);
            FakeAgent bidder = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            tenant.events().next(BidPlaced.class);

            rig.market().cancel(order);

            assertClosed(tenant, CloseReason.OWNER, Optional.of(Cause.CANCELLED));
            bidder.heard().next(NotAwarded.class);
            assertThat(rig.gained(tenant.account())).isZero();
            assertThat(rig.gained(bidder.account())).isZero();
            rig.assertReleased(order, bidder);
            assertCode(Code.TOO_LATE, () -> waiting.send(new PlaceBid(order, MAX.rate())));
            assertCode(Code.TOO_LATE, () -> rig.market().cancel(order));
        }
    }

    @Test
    void cancel_whileRunning_waitsForTheAgentsLastReceipt() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(3_600_000);
            OrderId order = tenant.place(HOURLY);
            FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);
            attempt.report(AttemptState.PREPARING);
            attempt.report(AttemptState.RUNNING);

            rig.market().cancel(order);
            rig.market().cancel(order);

            assertThat(agent.heard().next(Stop.class).reason()).isEqualTo(CloseReason.OWNER);
            attempt.submitReceipt(1, Duration.ofSeconds(5));
            attempt.report(AttemptState.CANCELLED, Cause.CANCELLED);
            assertClosed(tenant, CloseReason.OWNER, Optional.of(Cause.CANCELLED));
            // Five seconds at 3.6 an hour, less the fee of a fifth.
            assertThat(rig.gained(tenant.account())).isEqualTo(-5_000);
            assertThat(rig.gained(agent.account())).isEqualTo(4_000);
            rig.assertReleased(order, agent);
        }
    }

    @Test
    void cancel_whenTheAgentSaysNothing_endsAfterTheGrace() throws Exception {
        try (Rig rig = new Rig(directory, within(Rig.LONG, Rig.LONG, Rig.LONG, Rig.SHORT))) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            agent.begin(tenant, rig.market(), Work.NOMINAL);

            rig.market().cancel(order);

            assertClosed(tenant, CloseReason.OWNER, Optional.of(Cause.CANCELLED));
            assertThat(rig.gained(tenant.account())).isZero();
            assertThat(rig.gained(agent.account())).isZero();
        }
    }

    @Test
    void cancel_afterTheResult_isTooLate() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);
            attempt.run();

            assertCode(Code.TOO_LATE, () -> rig.market().cancel(order));
            rig.market().postVerdict(order, tenant.verdict(attempt.lease(), Outcome.PASS));
            assertClosed(tenant, CloseReason.DONE, Optional.empty());
            assertCode(Code.TOO_LATE, () -> rig.market().cancel(order));
        }
    }

    @Test
    void attempt_thatFails_closesTheLeaseAndRefunds() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);
            attempt.report(AttemptState.PREPARING);
            attempt.report(AttemptState.FAILED, Cause.ENGINE);

            assertClosed(tenant, CloseReason.FAILED, Optional.of(Cause.ENGINE));
            assertThat(agent.heard().next(LeaseClosed.class).reason())
                    .isEqualTo(CloseReason.FAILED);
            assertThat(rig.gained(tenant.account())).isZero();
            assertThat(rig.gained(agent.account())).isZero();
            rig.assertReleased(order, agent);
            // A report on a closed lease comes too late to matter; who still works is to stop.
            attempt.report(AttemptState.RUNNING);
            assertThat(agent.heard().next(Stop.class).reason()).isEqualTo(CloseReason.FAILED);
        }
    }

    @Test
    void deadline_passedDuringTheAuction_expiresTheOrder() throws Exception {
        Duration window = Duration.ofMillis(600);
        try (Rig rig = new Rig(directory, within(window, Rig.LONG, Rig.LONG, Rig.LONG))) {
            FakeTenant tenant = rig.tenant();
            rig.agent(FakeAgent.SILENT);
            rig.agent(350_000);
            tenant.place(tenant.order(Work.NOMINAL, MAX, window.dividedBy(2)));

            assertClosed(tenant, CloseReason.NO_BIDS, Optional.empty());
        }
    }

    private static MarketConfig within(
            Duration auction, Duration manifest, Duration agentGrace, Duration cancelGrace) {
        return Rig.config(auction, manifest, agentGrace, cancelGrace, Rig.LONG);
    }

    private static void assertClosed(FakeTenant tenant, CloseReason reason, Optional<Cause> cause) {
        Closed closed = tenant.events().next(Closed.class);
        assertThat(closed.reason()).isEqualTo(reason);
        assertThat(closed.cause()).isEqualTo(cause);
    }
}
