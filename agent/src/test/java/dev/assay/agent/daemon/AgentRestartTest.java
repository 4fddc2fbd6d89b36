package dev.assay.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.FakeGpus;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.journal.ClaimOutcome;
import dev.assay.agent.journal.ClaimTable;
import dev.assay.agent.journal.JournalException;
import dev.assay.agent.journal.JournaledClaim;
import dev.assay.models.engine.EngineException;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.MarketMessage.Stop;
import dev.assay.runtime.device.GpuId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Optional;

/** What an agent does when it starts with the leases of an earlier process. */
@Timeout(60)
final class AgentRestartTest extends AgentFixture {
    /** The market could not keep what it heard, and holds the lease for unfinished. */
    @Test
    void award_repeatedAfterItsAttemptEnded_isAnsweredWithThatEnd() throws Exception {
        agent.start(market);
        Award award = rig.award();
        engines.beforeOpen =
                () -> {
                    throw new EngineException(EngineException.Code.UNAVAILABLE, "no engine here");
                };
        market.tell(award);
        ReportAttempt end = market.awaitEnd(award.lease());
        agent.close();
        agent = agent();
        FakeMarket restarted = new FakeMarket();
        agent.start(restarted);

        restarted.tell(award);

        assertThat(restarted.awaitEnd(award.lease())).isEqualTo(end);
        assertThat(restarted.states()).containsExactly(AttemptState.FAILED);
    }

    @Test
    void start_afterACrash_submitsWhatWasSignedAndEndsWhatTheMarketHasClosed() throws Exception {
        Award running = rig.award();
        rig.begun(running);
        rig.journal.state(running.lease(), AttemptState.RUNNING, Optional.empty(), "");
        Award attesting = rig.award();
        Bytes result = Bytes.copyOf(new byte[] {1});
        rig.begun(attesting);
        rig.journal.state(attesting.lease(), AttemptState.ATTESTING, Optional.empty(), "");
        rig.journal.result(attesting.lease(), result);
        closes(running, CloseReason.PROVIDER_LOST);

        agent.start(market);

        assertThat(market.awaitEnd(running.lease()))
                .extracting(ReportAttempt::state, ReportAttempt::cause)
                .containsExactly(AttemptState.FAILED, Optional.of(Cause.MARKET_ERROR));
        assertThat(market.awaitEnd(attesting.lease()).state()).isEqualTo(AttemptState.DONE);
        assertThat(market.heard()).contains(new SubmitResult(attesting.lease(), result));
        assertThat(rig.journal.unfinished()).isEmpty();
        assertThat(engines.steps).isEmpty();
    }

    /** What a market refuses of one attempt is nothing to the others. */
    @Test
    void start_whereTheMarketRefusesOneReport_recoversTheOthers() throws Exception {
        Award refused = rig.award();
        rig.begun(refused);
        Award other = rig.award();
        rig.begun(other);
        market.react(
                message -> {
                    if (message instanceof ReportAttempt report
                            && report.lease().equals(refused.lease())) {
                        throw new MarketException(MarketException.Code.UNKNOWN, "no such lease");
                    }
                    return false;
                });
        market.whenConnecting(() -> market.tell(other));
        agent.start(market);
        assertThat(market.awaitEnd(other.lease()).state()).isEqualTo(AttemptState.DONE);
        agent.close();
        assertThat(rig.written.state(refused.lease())).contains(AttemptState.FAILED);
        assertThat(rig.journal.unfinished()).isEmpty();
    }

    @Test
    void start_whereTheConnectionIsLost_keepsWhatItDidNotRecover() throws Exception {
        rig.begun(rig.award());
        market.react(
                _ -> {
                    throw new MarketException(MarketException.Code.UNAVAILABLE, "gone");
                });
        assertThatThrownBy(() -> agent.start(market)).isInstanceOf(MarketException.class);
        assertThat(rig.journal.unfinished()).hasSize(1);
    }

    /** A market reminds of an award as soon as the agent is back; that is no attempt left over. */
    @Test
    void award_heardWhileTheAgentConnects_isWorkedOnAndNotRecovered() throws Exception {
        Award award = rig.award();
        market.whenConnecting(() -> market.tell(award));
        agent.start(market);
        assertThat(market.awaitEnd(award.lease()).state()).isEqualTo(AttemptState.DONE);
        assertThat(market.states()).doesNotContain(AttemptState.RECOVERING);
    }

    /** The journal has it already: it was begun before the crash, and goes on. */
    @Test
    void award_remindedOfALeaseThatWasLeft_isTakenUpAgain() throws Exception {
        Award award = rig.award();
        rig.begun(award);
        market.whenConnecting(() -> market.tell(award));
        agent.start(market);
        assertThat(market.awaitEnd(award.lease()).state()).isEqualTo(AttemptState.DONE);
        assertThat(market.states())
                .containsExactly(
                        AttemptState.RECOVERING,
                        AttemptState.RUNNING,
                        AttemptState.FINISHING,
                        AttemptState.ATTESTING,
                        AttemptState.DONE);
    }

    /** The market may take its time to repeat an award; the agent says that it waits for it. */
    @Test
    void award_repeatedAfterTheAgentAskedForIt_isTakenUpAgain() throws Exception {
        Award award = rig.award();
        rig.begun(award);
        agent.start(market);
        assertThat(market.states()).containsExactly(AttemptState.RECOVERING);
        assertThat(engines.steps).isEmpty();
        market.tell(award);
        market.tell(award);
        assertThat(market.awaitEnd(award.lease()).state()).isEqualTo(AttemptState.DONE);
        assertThat(market.results()).hasSize(1);
    }

    @Test
    void start_endsWhatAnEarlierProcessLeftRunning_beforeItConnects() throws Exception {
        market.whenConnecting(() -> assertThat(engines.leftoversEnded).hasValue(1));
        agent.start(market);
        assertThat(market.hellos()).hasSize(1);
    }

    /** Its GPUs stay its own until it goes on or ends; those of others are free at once. */
    @Test
    void start_afterACrash_keepsTheClaimsOfThoseThatMayGoOn() throws Exception {
        rig.gpus(new FakeGpus(3));
        ClaimTable claims = rig.journal.claims();
        Award waiting = rig.award();
        rig.begun(waiting);
        claims.open(waiting.lease(), List.of(FakeGpus.gpu(0)));
        Award ended = rig.award();
        rig.begun(ended);
        rig.journal.state(ended.lease(), AttemptState.DONE, Optional.empty(), "");
        claims.open(ended.lease(), List.of(FakeGpus.gpu(1)));
        Award signed = rig.award();
        rig.begun(signed);
        rig.journal.result(signed.lease(), Bytes.copyOf(new byte[] {1}));
        claims.open(signed.lease(), List.of(FakeGpus.gpu(2)));
        agent = agent();
        market.whenConnecting(() -> assertThat(openClaims()).containsExactly(FakeGpus.gpu(0)));

        agent.start(market);

        assertThat(market.hellos().getFirst().capacity().gpus()).isEqualTo(3);
        closes(waiting, CloseReason.FAILED);
        market.tell(new Stop(waiting.lease(), CloseReason.FAILED));
        market.awaitEnd(waiting.lease());
        assertThat(openClaims()).isEmpty();
        assertThat(claims.all())
                .extracting(claim -> claim.end().orElseThrow().outcome())
                .containsOnly(ClaimOutcome.RECONCILED);
    }

    private List<GpuId> openClaims() {
        try {
            return rig.journal.claims().open().stream().map(JournaledClaim::gpu).toList();
        } catch (JournalException e) {
            throw new AssertionError(e);
        }
    }

    /** The market says while the agent connects that the tenant has ended the lease. */
    @Test
    void stop_remindedOfALeaseThatWasLeft_isWhatItsAttemptEndsWith() throws Exception {
        Award award = rig.award();
        rig.begun(award);
        market.whenConnecting(() -> market.tell(new Stop(award.lease(), CloseReason.OWNER)));
        agent.start(market);
        assertThat(market.awaitEnd(award.lease()).state()).isEqualTo(AttemptState.CANCELLED);
        assertThat(engines.steps).isEmpty();
    }

    /** Stopped and started again: the result that was on its way is not lost. */
    @Test
    void close_whileAResultWaitsForItsAnswer_leavesItToTheNextStart() throws Exception {
        agent.start(market);
        market.react(SubmitResult.class::isInstance);
        Award award = rig.award();
        market.tell(award);
        market.await(SubmitResult.class::isInstance);
        agent.close();
        assertThat(rig.written.state(award.lease())).contains(AttemptState.ATTESTING);

        market.react(_ -> false);
        agent = agent();
        agent.start(market);
        assertThat(market.awaitEnd(award.lease()).state()).isEqualTo(AttemptState.DONE);
        assertThat(market.results()).hasSize(2).containsOnly(market.results().getFirst());
    }
}
