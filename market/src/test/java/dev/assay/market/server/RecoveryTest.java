package dev.assay.market.server;

import static dev.assay.market.server.MarketTest.assertCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage.Accepted;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.OrderEvent.BidPlaced;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.money.Price;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/** A market that stops in the middle of things, and starts again. */
class RecoveryTest {
    private static final Price MAX = Papers.price(400_000);

    @TempDir Path directory;

    @Test
    void restart_duringTheAuction_refundsEverybody() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            rig.agent(FakeAgent.SILENT);
            FakeAgent bidder = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            tenant.events().next(BidPlaced.class);

            rig.restart();
            tenant.watch(order);

            Closed closed = tenant.events().next(Closed.class);
            assertThat(closed.reason()).isEqualTo(CloseReason.NO_BIDS);
            assertThat(closed.detail()).isEqualTo("the market restarted during the auction");
            assertThat(rig.gained(tenant.account())).isZero();
            assertThat(rig.gained(bidder.account())).isZero();
            rig.assertReleased(order, bidder);
        }
    }

    @Test
    void restart_afterTheAward_theAgentGoesOn() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            agent.heard().next(Award.class);

            rig.restart();
            agent.connect(rig.market());
            tenant.watch(order);
            FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);
            attempt.run();
            rig.market().postVerdict(order, tenant.verdict(attempt.lease(), Outcome.PASS));

            assertThat(tenant.events().next(Closed.class).reason()).isEqualTo(CloseReason.DONE);
            assertThat(rig.gained(agent.account())).isEqualTo(560_000);
        }
    }

    @Test
    void restart_betweenReceipts_theChainGoesOn() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);
            attempt.report(AttemptState.PREPARING);
            Bytes repeated = attempt.receipt(1, Duration.ofMillis(5));
            agent.send(new SubmitReceipt(attempt.lease().id(), repeated));
            long index = agent.heard().next(Accepted.class).index();

            rig.restart();
            agent.connect(rig.market());
            tenant.watch(order);
            agent.send(new SubmitReceipt(attempt.lease().id(), repeated));
            assertThat(agent.heard().next(Accepted.class).index()).isEqualTo(index);
            attempt.submitReceipt(FakeAttempt.UNITS, Duration.ofMillis(10));
            attempt.submitResult();
            rig.restart();
            tenant.watch(order);
            rig.market().postVerdict(order, tenant.verdict(attempt.lease(), Outcome.PASS));

            assertThat(tenant.events().next(Closed.class).reason()).isEqualTo(CloseReason.DONE);
            assertThat(rig.gained(agent.account())).isEqualTo(560_000);
            rig.assertReleased(order, agent);
        }
    }

    @Test
    void restart_whenTheAgentDoesNotComeBack_theProviderIsLost() throws Exception {
        MarketConfig config = Rig.config(Rig.LONG, Rig.LONG, Rig.SHORT, Rig.LONG, Rig.LONG);
        try (Rig rig = new Rig(directory, config)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            agent.begin(tenant, rig.market(), Work.NOMINAL).report(AttemptState.PREPARING);

            rig.restart();
            tenant.watch(order);

            Closed closed = tenant.events().next(Closed.class);
            assertThat(closed.cause()).contains(Cause.AGENT_LOST);
            assertThat(rig.gained(tenant.account())).isEqualTo(10_000);
            rig.assertReleased(order, agent);
        }
    }

    @Test
    void restart_afterTheTenantEndedTheLease_endsIt() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            agent.begin(tenant, rig.market(), Work.NOMINAL);
            rig.market().cancel(order);

            rig.restart();
            tenant.watch(order);

            assertThat(tenant.events().next(Closed.class).reason()).isEqualTo(CloseReason.OWNER);
            rig.assertReleased(order, agent);
        }
    }

    @Test
    void restart_withAResult_keepsTheChallengeWindow() throws Exception {
        MarketConfig config =
                Rig.config(Rig.LONG, Rig.LONG, Rig.LONG, Rig.LONG, Duration.ofMillis(700));
        try (Rig rig = new Rig(directory, config)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            agent.begin(tenant, rig.market(), Work.NOMINAL).run();

            rig.restart();
            tenant.watch(order);

            assertThat(tenant.events().next(Closed.class).reason()).isEqualTo(CloseReason.DONE);
            assertThat(rig.gained(agent.account())).isEqualTo(560_000);
        }
    }

    @Test
    void restart_afterTheDeadline_failsTheLease() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(tenant.order(Work.NOMINAL, MAX, Duration.ofSeconds(3)));
            agent.begin(tenant, rig.market(), Work.NOMINAL).report(AttemptState.PREPARING);

            rig.market().close();
            Thread.sleep(3_200);
            rig.reopen();
            tenant.watch(order);

            assertThat(tenant.events().next(Closed.class).cause()).contains(Cause.DEADLINE);
        }
    }

    @Test
    void log_thatCannotBeWritten_acceptsNothingUntilTheMarketRestarts() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            OrderId order = tenant.place(MAX);
            FakeAttempt attempt = agent.begin(tenant, rig.market(), Work.NOMINAL);
            Bytes receipt = attempt.receipt(FakeAttempt.UNITS, Duration.ofMillis(10));
            SubmitReceipt submit = new SubmitReceipt(attempt.lease().id(), receipt);
            // The log writes each file in this directory first.
            Path next = directory.resolve("log/.next");
            Files.delete(next);
            Path inTheWay = Files.createFile(next);

            assertCode(Code.UNAVAILABLE, () -> agent.send(submit));
            assertCode(Code.UNAVAILABLE, () -> agent.send(submit));
            rig.market().checkBooks();
            Files.delete(inTheWay);
            rig.restart();
            agent.connect(rig.market());
            tenant.watch(order);
            agent.send(submit);
            agent.heard().next(Accepted.class);
        }
    }

    @Test
    void open_withALogThatIsTooShort_refuses() throws Exception {
        Rig rig = new Rig(directory, Rig.PATIENT);
        rig.tenant().place(MAX);
        rig.close();
        deleteTree(directory.resolve("log"));

        assertThatThrownBy(rig::reopen)
                .isInstanceOf(MarketException.class)
                .hasMessageContaining("has 0 entries, but the market's database cites 1");
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
