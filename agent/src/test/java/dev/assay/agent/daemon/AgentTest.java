package dev.assay.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.FakeGpus;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.Rig;
import dev.assay.agent.bidding.PriceTable;
import dev.assay.agent.journal.ClaimOutcome;
import dev.assay.agent.journal.ClaimTable;
import dev.assay.agent.journal.JournalException;
import dev.assay.agent.journal.JournaledClaim;
import dev.assay.models.engine.EngineException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.MarketMessage.LeaseClosed;
import dev.assay.protocol.market.MarketMessage.Stop;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.runtime.device.GpuId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an agent does with leases: those it wins, those it is refused, those it finds again. */
@Timeout(60)
final class AgentTest {
    private static final PriceTable.Key ROWS =
            new PriceTable.Key(Denom.USDC, PriceUnit.THOUSAND_ROWS);

    @TempDir private Path folder;
    private final FakeEngines engines = new FakeEngines();
    private final FakeMarket market = new FakeMarket();
    private Rig rig;
    private Agent agent;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        agent = agent();
    }

    @AfterEach
    void close() throws Exception {
        agent.close();
        rig.close();
    }

    private Agent agent() {
        return new Agent(
                new AgentConfig(
                        "alder",
                        new Resources(2, 1 << 30, 1 << 30, 0),
                        new PriceTable(Map.of(ROWS, MicroAmount.of(300_000)), 10_000, 10_000)),
                rig.workplace(engines, Rig.NEVER),
                rig.market.verifyingKey());
    }

    @Test
    void award_ofALease_isWorkedOnToTheEnd() throws Exception {
        agent.start(market);
        Award award = rig.award();
        market.tell(award);
        assertThat(market.awaitEnd(award.lease()).state()).isEqualTo(AttemptState.DONE);
        assertThat(rig.written.state(award.lease())).contains(AttemptState.DONE);
    }

    private void assertNothingBegun() {
        assertThat(rig.written.attempts()).isZero();
        assertThat(market.heard()).isEmpty();
        assertThat(engines.steps).isEmpty();
    }

    @Test
    void award_forAnotherProvider_isNotBegun() throws Exception {
        agent.start(market);
        market.tell(rig.award(rig.order(rig.spec()), rig.tenant, rig.market));
        assertNothingBegun();
    }

    @Test
    void award_thatTheMarketDidNotSign_isNotBegun() throws Exception {
        agent.start(market);
        market.tell(rig.award(rig.order(rig.spec()), rig.provider, rig.tenant));
        assertNothingBegun();
    }

    @Test
    void award_whoseSignatureIsAnotherLeases_isNotBegun() throws Exception {
        agent.start(market);
        Award award = rig.award();
        String mine = text(award.leaseEnvelope());
        String other = text(rig.award().leaseEnvelope());
        String forged =
                mine.substring(0, mine.indexOf("\"sig\""))
                        + other.substring(other.indexOf("\"sig\""));
        market.tell(
                new Award(
                        award.lease(),
                        Bytes.copyOf(forged.getBytes(StandardCharsets.US_ASCII)),
                        award.orderEnvelope()));
        assertNothingBegun();
    }

    private static String text(Bytes bytes) {
        return new String(bytes.toArray(), StandardCharsets.US_ASCII);
    }

    @Test
    void award_withAnotherOrderThanTheLeases_isNotBegun() throws Exception {
        agent.start(market);
        Award award = rig.award();
        market.tell(new Award(award.lease(), award.leaseEnvelope(), rig.award().orderEnvelope()));
        assertNothingBegun();
    }

    @Test
    void award_underAnotherLeasesId_isNotBegun() throws Exception {
        agent.start(market);
        Award award = rig.award();
        market.tell(new Award(rig.award().lease(), award.leaseEnvelope(), award.orderEnvelope()));
        assertNothingBegun();
    }

    @Test
    void award_thatIsNoLease_isNotBegunAndTheNextIs() throws Exception {
        agent.start(market);
        Award award = rig.award();
        market.tell(new Award(award.lease(), award.orderEnvelope(), award.orderEnvelope()));
        market.tell(new Award(award.lease(), award.leaseEnvelope(), award.leaseEnvelope()));
        assertNothingBegun();
        market.tell(award);
        assertThat(market.awaitEnd(award.lease()).state()).isEqualTo(AttemptState.DONE);
    }

    @Test
    void market_thatGrantsLessThanWasBid_getsNoWork() throws Exception {
        agent.start(market);
        JobSpec cheap = rig.spec(Rig.NEEDED, Rig.price(299_999));
        market.tell(rig.award(cheap));
        assertNothingBegun();
    }

    @Test
    void market_thatGrantsAUnitNobodyAskedAPriceFor_getsNoWork() throws Exception {
        agent.start(market);
        Price hourly = new Price(MicroAmount.of(9_000_000), Denom.USDC, PriceUnit.CPU_HOUR);
        market.tell(rig.award(rig.spec(Rig.NEEDED, hourly)));
        assertNothingBegun();
    }

    @Test
    void award_heardTwice_isWorkedOnOnce() throws Exception {
        agent.start(market);
        market.react(SubmitReceipt.class::isInstance);
        Award award = rig.award();
        market.tell(award);
        SubmitReceipt first = (SubmitReceipt) market.await(SubmitReceipt.class::isInstance);
        market.tell(award);
        market.react(_ -> false);
        market.accept(award.lease(), first.envelope());
        market.awaitEnd(award.lease());
        market.tell(award);
        agent.close();
        assertThat(engines.steps).containsExactly("open", "load", "unload", "close");
        assertThat(market.results()).hasSize(1);
    }

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
    void award_thatTheJournalDoesNotTake_isNotBegun() throws Exception {
        agent.start(market);
        rig.written.failOn("INSERT ON attempt");
        market.tell(rig.award());
        assertNothingBegun();
        rig.written.repair();
        Award award = rig.award();
        market.tell(award);
        assertThat(market.awaitEnd(award.lease()).state()).isEqualTo(AttemptState.DONE);
    }

    @ParameterizedTest
    @CsvSource({
        "OWNER, CANCELLED, CANCELLED",
        "FAILED, FAILED, DEADLINE",
        "MANIFEST_TIMEOUT, FAILED, DEADLINE",
        "PROVIDER_LOST, FAILED, MARKET_ERROR",
        "AUDIT_FAILED, FAILED, MARKET_ERROR",
        "NO_BIDS, FAILED, MARKET_ERROR",
        "DONE, FAILED, MARKET_ERROR"
    })
    void lease_thatTheMarketEnds_endsItsAttempt(CloseReason reason, AttemptState state, Cause cause)
            throws Exception {
        agent.start(market);
        market.react(SubmitReceipt.class::isInstance);
        Award stopped = rig.award();
        market.tell(stopped);
        market.tell(new Stop(stopped.lease(), reason));
        assertThat(market.awaitEnd(stopped.lease()))
                .extracting(ReportAttempt::state, ReportAttempt::cause)
                .containsExactly(state, Optional.of(cause));

        Award closed = rig.award();
        market.tell(closed);
        market.tell(new LeaseClosed(closed.lease(), reason, Bytes.copyOf(new byte[0])));
        assertThat(market.awaitEnd(closed.lease()))
                .extracting(ReportAttempt::state, ReportAttempt::cause)
                .containsExactly(state, Optional.of(cause));
    }

    @Test
    void message_onALeaseThatIsNotItsOwn_isPassedOver() throws Exception {
        agent.start(market);
        LeaseId other = new LeaseId(Digest.sha256(new byte[] {1}));
        Bytes paper = Bytes.copyOf(new byte[] {1});
        market.accept(other, paper);
        market.refuse(other, paper, "odd");
        market.tell(new Stop(other, CloseReason.OWNER));
        assertNothingBegun();
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

    /** The market has closed a lease: whoever is at work on it is told to stop. */
    private void closes(Award award, CloseReason reason) {
        market.react(
                message -> {
                    if (message instanceof ReportAttempt report
                            && report.lease().equals(award.lease())
                            && !report.state().isFinal()) {
                        market.tell(new Stop(award.lease(), reason));
                    }
                    return false;
                });
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

    @Test
    void start_withGpus_offersThoseThatCanBeClaimed() throws Exception {
        FakeGpus gpus = new FakeGpus(3);
        gpus.processes(1, 4711);
        rig.gpus(gpus);
        agent = agent();
        agent.start(market);
        assertThat(market.hellos().getFirst().capacity().gpus()).isEqualTo(2);
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

    @Test
    void close_endsEveryAttemptThenTheConnection() throws Exception {
        agent.start(market);
        market.react(
                message -> {
                    assertThat(market.closings()).isZero();
                    return message instanceof SubmitReceipt;
                });
        Award first = rig.award();
        Award second = rig.award();
        market.tell(first);
        market.tell(second);
        market.await(_ -> market.receipts().size() == 2);

        agent.close();

        assertThat(market.closings()).isEqualTo(1);
        for (Award award : List.of(first, second)) {
            ReportAttempt end = market.awaitEnd(award.lease());
            assertThat(end.state()).isEqualTo(AttemptState.FAILED);
            assertThat(end.cause()).contains(Cause.AGENT_RESTARTED);
            assertThat(rig.written.state(award.lease())).contains(AttemptState.FAILED);
        }
        assertThat(engines.steps.stream().filter("close"::equals)).hasSize(2);
        assertThat(rig.journal.unfinished()).isEmpty();
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

    @Test
    void award_afterClose_isNotBegun() throws Exception {
        agent.start(market);
        agent.close();
        market.tell(rig.award());
        assertNothingBegun();
    }

    @Test
    void close_ofAnAgentThatNeverStarted_doesNothing() {
        agent.close();
        agent.close();
        assertThat(market.closings()).isZero();
    }
}
