package dev.assay.market.auction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

class AdmissionTest {
    private static final Price MAX =
            new Price(MicroAmount.of(400_000), Denom.USDC, PriceUnit.THOUSAND_ROWS);
    private static final JobSpec SPEC = Papers.spec(Work.NOMINAL, MAX);
    private static final Resources TWICE = new Resources(2, 2 << 20, 0, 0);

    @Test
    void bid_atTheMaximumWithRoom_isAdmitted() {
        assertThat(refusal("p", 400_000, TWICE, List.of(Papers.NEEDED), List.of())).isEmpty();
    }

    @Test
    void bid_atRateZero_isRefused() {
        assertRefused("rate must be more than 0", 0, TWICE, List.of(), List.of());
    }

    @Test
    void bid_oneMicroAboveTheMaximum_isRefused() {
        assertRefused("above the order's maximum", 400_001, TWICE, List.of(), List.of());
    }

    @Test
    void bid_onAFullMachine_isRefused() {
        assertRefused("free capacity", 1, TWICE, List.of(Papers.NEEDED, Papers.NEEDED), List.of());
    }

    @Test
    void bid_whereTheSumOverflows_isRefused() {
        assertRefused(
                "free capacity",
                1,
                new Resources(2, Long.MAX_VALUE, 0, 0),
                List.of(new Resources(1, Long.MAX_VALUE, 0, 0)),
                List.of());
    }

    @Test
    void bid_fromTheSameProviderTwice_isRefused() {
        assertRefused("already made a bid", 1, TWICE, List.of(), List.of(bid("p")));
    }

    @Test
    void bid_afterTwenty_isRefused() {
        assertRefused(
                "20 bids",
                1,
                TWICE,
                List.of(),
                IntStream.range(0, 20).mapToObj(i -> bid("p" + i)).toList());
    }

    private static void assertRefused(
            String why, long rate, Resources capacity, List<Resources> held, List<Bid> bids) {
        assertThat(refusal("p", rate, capacity, held, bids))
                .hasValueSatisfying(reason -> assertThat(reason).contains(why));
    }

    private static Optional<String> refusal(
            String provider, long rate, Resources capacity, List<Resources> held, List<Bid> bids) {
        return Admission.refusal(
                SPEC,
                new KeyId(Papers.digest(provider)),
                MicroAmount.of(rate),
                capacity,
                held,
                bids);
    }

    private static Bid bid(String provider) {
        return new Bid(new KeyId(Papers.digest(provider)), provider, MAX, MicroAmount.of(1));
    }
}
