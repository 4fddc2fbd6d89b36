package dev.assay.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.FakeEngines;
import dev.assay.agent.FakeMarket;
import dev.assay.agent.Rig;
import dev.assay.agent.bidding.PriceTable;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.Decline;
import dev.assay.protocol.market.AgentMessage.PlaceBid;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketMessage.Award;
import dev.assay.protocol.market.MarketMessage.NotAwarded;
import dev.assay.protocol.market.MarketMessage.Offer;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What an agent answers to an offer. It has two processors, of which a job takes one. */
@Timeout(60)
final class BiddingTest {
    private static final Resources CAPACITY = new Resources(2, 256 << 20, 4 << 20, 0);
    private static final PriceTable PRICES =
            new PriceTable(
                    Map.of(
                            new PriceTable.Key(Denom.USDC, PriceUnit.THOUSAND_ROWS),
                            MicroAmount.of(200_000),
                            new PriceTable.Key(Denom.AKT, PriceUnit.THOUSAND_ROWS),
                            MicroAmount.of(0)),
                    10_000,
                    15_000);

    @TempDir private Path folder;
    private final FakeMarket market = new FakeMarket();
    private final FakeEngines engines = new FakeEngines();
    private Rig rig;
    private Agent agent;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig(folder);
        agent =
                new Agent(
                        new AgentConfig("alder", CAPACITY, PRICES),
                        rig.workplace(engines, Rig.NEVER),
                        rig.market.verifyingKey());
        agent.start(market);
    }

    @AfterEach
    void close() throws Exception {
        agent.close();
        rig.close();
    }

    /** The answer to an offer comes before the offer is done with. */
    private AgentMessage answer(Offer offer) {
        market.tell(offer);
        return market.heard().getLast();
    }

    private AgentMessage answer(JobSpec spec) throws Exception {
        return answer(rig.offer(spec));
    }

    private String refusal(JobSpec spec) throws Exception {
        Offer offer = rig.offer(spec);
        Decline decline = (Decline) answer(offer);
        assertThat(decline.order()).isEqualTo(offer.order());
        return decline.reason();
    }

    private long rate() throws Exception {
        Offer offer = rig.offer(rig.spec());
        PlaceBid bid = (PlaceBid) answer(offer);
        assertThat(bid.order()).isEqualTo(offer.order());
        return bid.rate().micros();
    }

    @Test
    void start_introducesTheAgent() {
        assertThat(market.hellos())
                .containsExactly(
                        new AgentHello("alder", rig.provider.verifyingKey().toPem(), CAPACITY));
        assertThat(market.heard()).isEmpty();
    }

    @Test
    void offer_thatFits_isBidOnAtTheTablesRate() throws Exception {
        assertThat(rate()).isEqualTo(200_000);
    }

    /** What takes long to start may start when there is a bid, and not for less. */
    @Test
    void engine_isExpectedForABidOnly() throws Exception {
        JobSpec fast =
                rig.spec(
                        new Inference(
                                rig.model, rig.input, Rig.ROWS, EngineName.PYTORCH, Rig.BATCH));
        assertThat(answer(fast)).isInstanceOf(PlaceBid.class);
        assertThat(engines.expected).containsExactly(EngineName.PYTORCH);
        assertThat(refusal(rig.spec(Rig.NEEDED, Rig.price(1)))).contains("above the maximum");
        assertThat(engines.expected).hasSize(1);
    }

    @Test
    void offer_ofExactlyTheWholeMachineAtExactlyTheMaximum_isBidOn() throws Exception {
        assertThat(answer(rig.spec(CAPACITY, Rig.price(200_000)))).isInstanceOf(PlaceBid.class);
    }

    @ParameterizedTest
    @CsvSource({"3, 1, 1, 0", "1, 257, 1, 0", "1, 1, 5, 0", "1, 1, 1, 1"})
    void offer_thatNeedsMoreThanThereIs_isDeclinedWithBothSaid(
            int cpu, long memory, long storage, int gpus) throws Exception {
        Resources needed = new Resources(cpu, memory << 20, storage << 20, gpus);
        assertThat(refusal(rig.spec(needed, Rig.price(350_000))))
                .isEqualTo(
                        "needs %d cpu, %d MiB memory, %d MiB storage, %d gpu;"
                                        .formatted(cpu, memory, storage, gpus)
                                + " free: 2 cpu, 256 MiB memory, 4 MiB storage, 0 gpu");
    }

    @Test
    void offer_inAUnitWithoutAPrice_isDeclined() throws Exception {
        Price hourly = new Price(MicroAmount.of(9_000_000), Denom.USDC, PriceUnit.CPU_HOUR);
        assertThat(refusal(rig.spec(Rig.NEEDED, hourly)))
                .isEqualTo("has no price in usdc per cpu-hour");
    }

    @Test
    void offer_whoseRateIsZero_isDeclinedLikeOneWithoutAPrice() throws Exception {
        Price free = new Price(MicroAmount.of(9_000_000), Denom.AKT, PriceUnit.THOUSAND_ROWS);
        assertThat(refusal(rig.spec(Rig.NEEDED, free)))
                .isEqualTo("has no price in akt per 1000-rows");
    }

    @Test
    void offer_belowTheRate_isDeclinedWithBothAmounts() throws Exception {
        assertThat(refusal(rig.spec(Rig.NEEDED, Rig.price(199_999))))
                .isEqualTo("asks 0.200000, above the maximum of 0.199999");
    }

    @Test
    void offer_thatIsNoOrder_isPassedOverAndTheNextIsAnswered() throws Exception {
        Offer good = rig.offer(rig.spec());
        Bytes garbage = Bytes.copyOf("{}".getBytes(StandardCharsets.UTF_8));
        market.tell(new Offer(good.order(), garbage));
        market.tell(new Offer(good.order(), rig.award().leaseEnvelope()));
        assertThat(market.heard()).isEmpty();
        assertThat(answer(good)).isInstanceOf(PlaceBid.class);
    }

    @Test
    void bid_thatDidNotWin_takesNoRoom() throws Exception {
        for (int i = 0; i < 5; i++) {
            Offer offer = rig.offer(rig.spec());
            assertThat(answer(offer)).isInstanceOf(PlaceBid.class);
            market.tell(new NotAwarded(offer.order()));
        }
        assertThat(rate()).isEqualTo(200_000);
    }

    /** Attempts that wait for the answer to their first receipt hold what they were given. */
    private List<SubmitReceipt> hold(int count) throws Exception {
        List<SubmitReceipt> held = new ArrayList<>();
        market.react(message -> message instanceof SubmitReceipt && isFirst(message));
        for (int i = 0; i < count; i++) {
            Award award = rig.award();
            market.tell(award);
            held.add(
                    (SubmitReceipt)
                            market.await(
                                    message ->
                                            message instanceof SubmitReceipt receipt
                                                    && receipt.lease().equals(award.lease())));
        }
        return held;
    }

    private boolean isFirst(AgentMessage message) {
        return message instanceof SubmitReceipt receipt
                && market.heard().stream()
                                .filter(SubmitReceipt.class::isInstance)
                                .map(SubmitReceipt.class::cast)
                                .filter(earlier -> earlier.lease().equals(receipt.lease()))
                                .count()
                        == 1;
    }

    @Test
    void attempt_whileItRuns_holdsItsRoomAndRaisesTheRate() throws Exception {
        hold(1);
        assertThat(rate()).isEqualTo(250_000);
        assertThat(refusal(rig.spec(CAPACITY, Rig.price(350_000))))
                .contains("free: 1 cpu, 192 MiB memory, 3 MiB storage, 0 gpu");
    }

    @Test
    void machine_thatIsFull_declinesUntilAnAttemptEnds() throws Exception {
        List<SubmitReceipt> held = hold(2);
        assertThat(refusal(rig.spec())).contains("needs 1 cpu", "free: 0 cpu, 128 MiB memory");

        market.accept(held.getFirst().lease(), held.getFirst().envelope());
        assertThat(market.awaitEnd(held.getFirst().lease()).state()).isEqualTo(AttemptState.DONE);

        assertThat(rate()).isEqualTo(250_000);
    }

    /** The market may offer the room again in the moment it hears of the end. */
    @Test
    void room_ofAnAttempt_isFreeWhenItsEndIsReported() throws Exception {
        Offer whole = rig.offer(rig.spec(CAPACITY, Rig.price(350_000)));
        market.react(
                message -> {
                    if (message instanceof ReportAttempt report && report.state().isFinal()) {
                        market.tell(whole);
                    }
                    return false;
                });
        market.tell(rig.award());
        assertThat(market.await(m -> m instanceof PlaceBid || m instanceof Decline))
                .isInstanceOf(PlaceBid.class);
    }

    /** A bid is a promise: three leases on two processors run, and nothing is bid on meanwhile. */
    @Test
    void awards_beyondTheCapacity_areAllKeptAndOffersDeclined() throws Exception {
        List<SubmitReceipt> held = hold(3);
        assertThat(refusal(rig.spec())).contains("free: 0 cpu, 64 MiB memory");

        for (SubmitReceipt receipt : held) {
            market.accept(receipt.lease(), receipt.envelope());
        }
        for (SubmitReceipt receipt : held) {
            assertThat(market.awaitEnd(receipt.lease()).state()).isEqualTo(AttemptState.DONE);
        }
        assertThat(rate()).isEqualTo(200_000);
    }

    @Test
    void offer_toAnAgentThatStops_isDeclined() throws Exception {
        agent.close();
        assertThat(refusal(rig.spec())).isEqualTo("is being stopped");
    }
}
