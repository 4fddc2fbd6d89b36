package dev.assay.market.server;

import static dev.assay.market.server.MarketTest.assertCode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.ReportProgress;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.market.MarketMessage.Accepted;
import dev.assay.protocol.market.MarketMessage.Refused;
import dev.assay.protocol.market.OrderEvent.Closed;
import dev.assay.protocol.market.OrderEvent.Progressed;
import dev.assay.protocol.market.OrderEvent.ReceiptLogged;
import dev.assay.protocol.market.Progress;
import dev.assay.protocol.money.Price;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Receipts and results: which are taken, which are refused, and that a repeat changes nothing. */
class DocumentTest {
    private static final Price MAX = Papers.price(400_000);

    @TempDir Path directory;

    @Test
    void receipt_sentTwice_isAcceptedTwiceAndLoggedOnce() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            FakeAttempt attempt = begin(rig, tenant, agent);
            Bytes receipt = attempt.receipt(1, Duration.ofMillis(10));

            agent.send(new SubmitReceipt(attempt.lease().id(), receipt));
            Accepted first = agent.heard().next(Accepted.class);
            agent.send(new SubmitReceipt(attempt.lease().id(), receipt));
            Accepted second = agent.heard().next(Accepted.class);

            assertThat(second).isEqualTo(first);
            attempt.submitReceipt(2, Duration.ofMillis(20));
            tenant.events().next(ReceiptLogged.class);
            assertThat(tenant.events().next(ReceiptLogged.class).document().index())
                    .isEqualTo(first.index() + 1);
        }
    }

    @Test
    void receipt_outOfOrder_isRefusedAndLeavesNoTrace() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            FakeAttempt attempt = begin(rig, tenant, agent);
            Bytes first = attempt.receipt(1, Duration.ofMillis(10));
            Bytes second = attempt.receipt(2, Duration.ofMillis(20));

            agent.send(new SubmitReceipt(attempt.lease().id(), second));
            assertThat(agent.heard().next(Refused.class).reason()).contains("usage.sequence");
            agent.send(new SubmitReceipt(attempt.lease().id(), first));
            long index = agent.heard().next(Accepted.class).index();
            agent.send(new SubmitReceipt(attempt.lease().id(), second));
            assertThat(agent.heard().next(Accepted.class).index()).isEqualTo(index + 1);
        }
    }

    @Test
    void document_thatIsForged_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            FakeAttempt attempt = begin(rig, tenant, agent);
            byte[] bent = attempt.receipt(1, Duration.ofMillis(10)).toArray();
            bent[bent.length / 2] ^= 1;

            for (byte[] document : List.of(bent, new byte[0], new byte[2 << 20])) {
                agent.send(new SubmitReceipt(attempt.lease().id(), Bytes.copyOf(document)));
                agent.heard().next(Refused.class);
                agent.send(new SubmitResult(attempt.lease().id(), Bytes.copyOf(document)));
                agent.heard().next(Refused.class);
            }
            assertThat(tenant.events().soFar()).noneMatch(ReceiptLogged.class::isInstance);
        }
    }

    @Test
    void result_withoutAReceipt_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            FakeAttempt attempt = begin(rig, tenant, agent);
            attempt.receipt(FakeAttempt.UNITS, Duration.ofMillis(10));

            agent.send(new SubmitResult(attempt.lease().id(), attempt.result()));

            assertThat(agent.heard().next(Refused.class).reason()).contains("no receipt");
        }
    }

    @Test
    void result_beforeAllUnitsAreDone_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            FakeAttempt attempt = begin(rig, tenant, agent);
            attempt.submitReceipt(FakeAttempt.UNITS - 1, Duration.ofMillis(10));

            agent.send(new SubmitResult(attempt.lease().id(), attempt.result()));

            assertThat(agent.heard().next(Refused.class).reason()).contains("units");
        }
    }

    @Test
    void afterTheResult_nothingMoreIsTaken() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            FakeAttempt attempt = begin(rig, tenant, agent);
            attempt.submitReceipt(FakeAttempt.UNITS, Duration.ofMillis(10));
            Bytes result = attempt.result();
            attempt.submitResult();

            agent.send(new SubmitResult(attempt.lease().id(), result));
            agent.heard().next(Accepted.class);
            Bytes more = attempt.receipt(FakeAttempt.UNITS, Duration.ofMillis(20));
            agent.send(new SubmitReceipt(attempt.lease().id(), more));
            assertThat(agent.heard().next(Refused.class).reason()).contains("logged already");
        }
    }

    @Test
    void result_afterTheTenantEndedTheLease_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            FakeAttempt attempt = begin(rig, tenant, agent);
            attempt.submitReceipt(FakeAttempt.UNITS, Duration.ofMillis(10));
            rig.market().cancel(attempt.lease().order().id());

            agent.send(new SubmitResult(attempt.lease().id(), attempt.result()));

            assertThat(agent.heard().next(Refused.class).reason()).contains("tenant ended");
        }
    }

    @Test
    void lease_ofAnotherProvider_isUnknown() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            FakeAgent stranger = rig.agent(FakeAgent.DECLINES);
            FakeAttempt attempt = begin(rig, tenant, agent);
            Bytes receipt = attempt.receipt(1, Duration.ofMillis(10));
            LeaseId lease = attempt.lease().id();
            ReportAttempt failed =
                    new ReportAttempt(lease, AttemptState.FAILED, Optional.of(Cause.ENGINE), "");

            assertCode(Code.UNKNOWN, () -> stranger.send(failed));
            assertCode(Code.UNKNOWN, () -> stranger.send(new SubmitReceipt(lease, receipt)));
            assertCode(
                    Code.UNKNOWN,
                    () -> stranger.send(new ReportProgress(lease, new Progress(1, 2))));
            LeaseId nothing = new LeaseId(Papers.digest("nothing"));
            assertCode(
                    Code.UNKNOWN,
                    () -> agent.send(new ReportProgress(nothing, new Progress(1, 2))));
        }
    }

    @Test
    void document_ofAClosedLease_isRefused() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            FakeAttempt attempt = begin(rig, tenant, agent);
            attempt.report(AttemptState.FAILED, Cause.BLOB);

            Bytes receipt = attempt.receipt(1, Duration.ofMillis(10));
            agent.send(new SubmitReceipt(attempt.lease().id(), receipt));

            assertThat(agent.heard().next(Refused.class).reason()).contains("closed");
        }
    }

    @Test
    void progress_isShownButNotKept() throws Exception {
        try (Rig rig = new Rig(directory, Rig.PATIENT)) {
            FakeTenant tenant = rig.tenant();
            FakeAgent agent = rig.agent(350_000);
            FakeAttempt attempt = begin(rig, tenant, agent);
            LeaseId lease = attempt.lease().id();

            agent.send(new ReportProgress(lease, new Progress(64, 2_000)));
            assertThat(tenant.events().next(Progressed.class))
                    .isEqualTo(new Progressed(new Progress(64, 2_000)));

            attempt.report(AttemptState.FAILED, Cause.BLOB);
            FakeTenant late = rig.tenant();
            late.watch(attempt.lease().order().id());
            late.events().next(Closed.class);
            assertThat(late.events().soFar()).noneMatch(Progressed.class::isInstance);
        }
    }

    private static FakeAttempt begin(Rig rig, FakeTenant tenant, FakeAgent agent) throws Exception {
        tenant.place(MAX);
        return agent.begin(tenant, rig.market(), Work.NOMINAL);
    }
}
