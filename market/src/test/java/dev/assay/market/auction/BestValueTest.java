package dev.assay.market.auction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.market.Papers;
import dev.assay.market.auction.BestValue.Candidate;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.market.RankedBid;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

class BestValueTest {
    @Test
    void rank_nothingKnown_isByRate() {
        assertThat(names(candidate("a", 30, 0, 0.2), candidate("b", 20, 0, 0.2)))
                .containsExactly("b", "a");
    }

    @Test
    void rank_twiceAsFastAtLessThanTwiceThePrice_wins() {
        List<RankedBid> ranked =
                BestValue.rank(
                        List.of(candidate("slow", 20, 100, 0.5), candidate("fast", 30, 200, 0.5)));

        assertThat(ranked.getFirst().providerName()).isEqualTo("fast");
        assertThat(ranked.getFirst().score()).isEqualTo(1.0);
        assertThat(ranked.getLast().score()).isCloseTo(20.0 / 15.0, within(1e-12));
    }

    @Test
    void rank_betterReputation_outweighsALowerPrice() {
        assertThat(names(candidate("cheap", 10, 100, 0.2), candidate("trusted", 20, 100, 0.8)))
                .containsExactly("trusted", "cheap");
    }

    @Test
    void rank_unmeasured_isExpectedAtTheMedianOfTheOthers() {
        List<RankedBid> ranked =
                BestValue.rank(
                        List.of(
                                candidate("new", 10, 0, 0.5),
                                candidate("fast", 10, 300, 0.5),
                                candidate("slow", 10, 100, 0.5)));

        assertThat(ranked)
                .extracting(RankedBid::providerName)
                .containsExactly("fast", "new", "slow");
        assertThat(ranked.get(1).score()).isCloseTo(1.5, within(1e-12));
        assertThat(ranked.get(1).rowsPerSecond()).isZero();
    }

    @Test
    void rank_equalCost_goesToTheLowerRateThenToTheEarlierBid() {
        assertThat(
                        names(
                                candidate("dear", 20, 200, 0.5),
                                candidate("first", 10, 100, 0.5),
                                candidate("second", 10, 100, 0.5)))
                .containsExactly("first", "second", "dear");
    }

    @Test
    void rank_anyOrderOfDifferentBids_isTheSame() {
        Random random = new Random(7);
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            candidates.add(
                    candidate(
                            "p" + i,
                            1_000 + random.nextInt(100_000),
                            random.nextInt(3) * (1 + random.nextLong(1000)),
                            0.05 + 0.9 * random.nextDouble()));
        }
        List<RankedBid> expected = BestValue.rank(candidates);
        for (int i = 0; i < 20; i++) {
            Collections.shuffle(candidates, random);
            assertThat(BestValue.rank(candidates)).isEqualTo(expected);
        }
        assertThat(expected).extracting(RankedBid::score).isSorted();
    }

    @Test
    void rank_noBids_isEmpty() {
        assertThat(BestValue.rank(List.of())).isEmpty();
    }

    private static List<String> names(Candidate... candidates) {
        return BestValue.rank(List.of(candidates)).stream().map(RankedBid::providerName).toList();
    }

    private static Candidate candidate(
            String name, long rate, long rowsPerSecond, double reputation) {
        return new Candidate(
                new Bid(
                        new KeyId(Papers.digest(name)),
                        name,
                        new Price(MicroAmount.of(rate), Denom.USDC, PriceUnit.THOUSAND_ROWS),
                        MicroAmount.of(10_000)),
                rowsPerSecond,
                reputation);
    }
}
