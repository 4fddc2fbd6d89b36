package dev.assay.market.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.MarketMessage.Stop;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.money.Price;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Agents that do not begin, go away, come back, or are late. */
class AgentLossTest {
    private static final Price MAX = Papers.price(400_000);

    @TempDir Path directory;

    @Test
    void agent_thatNeverBegins_losesTheBidDeposit() throws Exception {
        try (Rig rig = new Rig(directory, within(Rig.LONG, Rig.SHORT, Rig.LONG, Rig.LONG))) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);

            assertClosed(tenant, CloseReason.MANIFEST_TIMEOUT, Optional.empty());
            assertThat(rig.gained(tenant.account())).isEqualTo(10_000);
            assertThat(rig.gained(agent.account())).isEqualTo(-10_000);
            assertThat(agent.heard().next(Stop.class).reason())
                    .isEqualTo(CloseReason.MANIFEST_TIMEOUT);
            rig.assertReleased(order, agent);
        }
    }

    @Test
    void agent_thatGoesAwayAndStaysAway_losesTheBidDeposit() throws Exception {
        try (Rig rig = new Rig(directory, within(Rig.LONG, Rig.LONG, Rig.SHORT, Rig.LONG))) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            agent.begin(tenant, rig.market(), Work.NOMINAL).report(AttemptState.PREPARING);

            agent.disconnect();

            assertClosed(tenant, CloseReason.PROVIDER_LOST, Optional.of(Cause.AGENT_LOST));
            assertThat(rig.gained(tenant.account())).isEqualTo(10_000);
            rig.assertReleased(order, agent);
        }
    }

    @Test
    void agent_thatComesBackInTime_goesOn() throws Exception {
        Duration grace = Duration.ofMillis(500);
        try (Rig rig = new Rig(directory, within(Rig.LONG, Rig.LONG, grace, Rig.LONG))) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);
            attempt.report(AttemptState.PREPARING);

            agent.disconnect();
            agent.connect(rig.market());
            Thread.sleep(grace.multipliedBy(2));
            attempt.report(AttemptState.RECOVERING);
            attempt.submitReceipt(FakeAttempt.UNITS, Duration.ofMillis(1));
            attempt.submitResult();
            attempt.report(AttemptState.DONE);

            rig.market().postVerdict(order, tenant.verdict(attempt.lease(), Outcome.PASS));
            assertClosed(tenant, CloseReason.DONE, Optional.empty());
        }
    }

    @Test
    void agent_thatGoesAwayAfterTheResult_isStillPaid() throws Exception {
        try (Rig rig = new Rig(directory, within(Rig.LONG, Rig.LONG, Rig.SHORT, Rig.LONG))) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);
            attempt.run();
            agent.disconnect();
            Thread.sleep(Rig.SHORT.multipliedBy(2));

            rig.market().postVerdict(order, tenant.verdict(attempt.lease(), Outcome.PASS));
            assertClosed(tenant, CloseReason.DONE, Optional.empty());
            assertThat(rig.gained(agent.account())).isEqualTo(560_000);
        }
    }

    @Test
    void deadline_passedWhileRunning_failsTheLease() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(tenant.order(Work.NOMINAL, MAX, Duration.ofSeconds(1)));
            agent.begin(tenant, rig.market(), Work.NOMINAL).report(AttemptState.PREPARING);

            assertClosed(tenant, CloseReason.FAILED, Optional.of(Cause.DEADLINE));
            assertThat(agent.heard().next(Stop.class).reason()).isEqualTo(CloseReason.FAILED);
            assertThat(rig.gained(tenant.account())).isZero();
            rig.assertReleased(order, agent);
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
