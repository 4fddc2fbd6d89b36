package dev.assay.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeGpus;
import dev.assay.agent.JournalFile;
import dev.assay.agent.Rig;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.lease.CloseReason;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.MarketMessage.LeaseClosed;
import dev.assay.protocol.market.MarketMessage.Stop;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What an agent does with leases: those it wins, those it is refused, those it ends. */
@Timeout(60)
final class AgentTest extends AgentFixture {
    @Test
    void award_ofALease_isWorkedOnToTheEnd() throws Exception {
        agent.start(market);
        Award award = rig.award();
        market.tell(award);
        assertThat(market.awaitEnd(award.lease()).state()).isEqualTo(AttemptState.DONE);
        assertThat(rig.written.state(award.lease())).contains(AttemptState.DONE);
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

    @Test
    void award_thatTheJournalDoesNotTake_isGivenBackAtOnce() throws Exception {
        agent.start(market);
        rig.written.failOn("INSERT ON attempt");
        Award lost = rig.award();
        market.tell(lost);
        ReportAttempt end = market.awaitEnd(lost.lease());
        assertThat(end.state()).isEqualTo(AttemptState.FAILED);
        assertThat(end.cause()).contains(Cause.STORAGE);
        assertThat(end.detail()).contains("the agent's journal", JournalFile.INJECTED);
        assertThat(engines.steps).isEmpty();
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
    void start_withGpus_offersThoseThatCanBeClaimed() throws Exception {
        FakeGpus gpus = new FakeGpus(3);
        gpus.processes(1, 4711);
        rig.gpus(gpus);
        agent = agent();
        agent.start(market);
        assertThat(market.hellos().getFirst().capacity().gpus()).isEqualTo(2);
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
