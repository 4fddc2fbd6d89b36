package dev.assay.protocol.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.money.FeeSchedule.Pool;
import dev.assay.protocol.money.FeeSchedule.Split;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class FeeScheduleTest {
    private static final FeeSchedule SCHEDULE =
            new FeeSchedule(
                    2_000, List.of(new Pool("community", 3_333), new Pool("stakers", 6_667)));

    @Test
    void payment_divided_losesNothing() {
        Random random = new Random(12);
        for (int i = 0; i < 5_000; i++) {
            FeeSchedule schedule = schedule(random);
            MicroAmount owed = MicroAmount.of(random.nextLong() >>> (1 + random.nextInt(63)));
            Split split = schedule.split(owed);
            MicroAmount total =
                    split.pools().values().stream().reduce(split.provider(), MicroAmount::plus);
            assertThat(total).isEqualTo(owed);
            assertThat(split.provider()).isEqualTo(owed.minus(fee(schedule, owed)));
            assertThat(split.pools().keySet())
                    .containsExactlyElementsOf(schedule.pools().stream().map(Pool::name).toList());
        }
    }

    /** The first pool also gets what rounding leaves over: less than one micro-unit a pool. */
    @Test
    void pools_getTheirSharesOfTheFeeRoundedDown() {
        Random random = new Random(13);
        for (int i = 0; i < 1_000; i++) {
            FeeSchedule schedule = schedule(random);
            MicroAmount owed = MicroAmount.of(random.nextLong() >>> (1 + random.nextInt(63)));
            Split split = schedule.split(owed);
            for (Pool pool : schedule.pools()) {
                long share = share(fee(schedule, owed).micros(), pool.basisPoints());
                long part = split.pools().getOrDefault(pool.name(), MicroAmount.ZERO).micros();
                if (pool.equals(schedule.pools().getFirst())) {
                    assertThat(part).isBetween(share, share + schedule.pools().size() - 1);
                } else {
                    assertThat(part).isEqualTo(share);
                }
            }
        }
    }

    @Test
    void payment_tooSmallToShare_goesToTheProvider() {
        Split split = SCHEDULE.split(MicroAmount.of(4));
        assertThat(split.provider()).isEqualTo(MicroAmount.of(4));
        assertThat(split.pools()).containsEntry("community", MicroAmount.ZERO);
    }

    @Test
    void split_handedOut_cannotBeChanged() {
        Split split = SCHEDULE.split(MicroAmount.of(1_000));
        assertThatThrownBy(() -> split.pools().clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void take_outsideItsRange_isRefused() {
        List<Pool> all = List.of(new Pool("all", FeeSchedule.WHOLE));
        assertThat(new FeeSchedule(0, all).takeBasisPoints()).isZero();
        assertThat(new FeeSchedule(10_000, all).takeBasisPoints()).isEqualTo(10_000);
        for (int take : new int[] {-1, 10_001}) {
            assertThatThrownBy(() -> new FeeSchedule(take, all))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a take rate is from 0 to 10000 basis points");
        }
    }

    @Test
    void pools_thatDoNotMakeAWhole_areRefused() {
        int most = Integer.MAX_VALUE;
        for (List<Pool> pools :
                List.of(
                        List.<Pool>of(),
                        List.of(new Pool("a", 9_999)),
                        List.of(new Pool("a", 10_001)),
                        List.of(new Pool("a", -1), new Pool("b", 10_001)),
                        List.of(new Pool("a", 5_000), new Pool("a", 5_000)),
                        List.of(new Pool("a", most), new Pool("b", most), new Pool("c", 10_002)))) {
            assertThatThrownBy(() -> new FeeSchedule(1, pools))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("pools need distinct names and shares that add up to 10000");
        }
    }

    @Test
    void pools_tooManyOrWithoutAProperName_areRefused() {
        List<Pool> pools = new ArrayList<>();
        for (int i = 0; i < FeeSchedule.MAX_POOLS; i++) {
            pools.add(new Pool("pool " + i, i == 0 ? FeeSchedule.WHOLE : 0));
        }
        assertThat(new FeeSchedule(1, pools).pools()).hasSize(FeeSchedule.MAX_POOLS);
        pools.add(new Pool("one more", 0));
        assertThatThrownBy(() -> new FeeSchedule(1, pools))
                .hasMessage("a schedule has at most 64 pools");
        for (String name : List.of("", "x".repeat(65))) {
            assertThatThrownBy(() -> new Pool(name, 0))
                    .hasMessage("a pool has a name of 1 to 64 characters");
        }
    }

    private static FeeSchedule schedule(Random random) {
        List<Pool> pools = new ArrayList<>();
        int rest = FeeSchedule.WHOLE;
        for (int i = 1 + random.nextInt(4); i > 1; i--) {
            int share = random.nextInt(rest + 1);
            pools.add(new Pool("pool " + i, share));
            rest -= share;
        }
        pools.add(new Pool("last", rest));
        return new FeeSchedule(random.nextInt(FeeSchedule.WHOLE + 1), pools);
    }

    private static MicroAmount fee(FeeSchedule schedule, MicroAmount owed) {
        return MicroAmount.of(share(owed.micros(), schedule.takeBasisPoints()));
    }

    private static long share(long micros, int basisPoints) {
        return BigInteger.valueOf(micros)
                .multiply(BigInteger.valueOf(basisPoints))
                .divide(BigInteger.valueOf(FeeSchedule.WHOLE))
                .longValueExact();
    }
}
