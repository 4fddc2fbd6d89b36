package dev.assay.agent.bidding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.bidding.PriceTable.Key;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Verification;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a provider asks, as its machine fills up. */
final class PriceTableTest {
    private static final Key ROWS = new Key(Denom.USDC, PriceUnit.THOUSAND_ROWS);

    private static PriceTable table(long micros, int idle, int peak) {
        return new PriceTable(Map.of(ROWS, MicroAmount.of(micros)), idle, peak);
    }

    private static JobSpec job(Denom denom, PriceUnit unit) {
        Digest any = Digest.sha256(new byte[] {1});
        return new JobSpec(
                "job",
                new Resources(1, 1, 0, 0),
                new Inference(any, any, 1, EngineName.EXACT, 1),
                new Price(MicroAmount.of(1), denom, unit),
                new Verification(500));
    }

    private static Optional<Long> asked(PriceTable table, int claimed, int total) {
        return table.rate(job(Denom.USDC, PriceUnit.THOUSAND_ROWS), claimed, total)
                .map(MicroAmount::micros);
    }

    @ParameterizedTest(name = "{0} of {1} claimed: {2}")
    @CsvSource({"0, 4, 500000", "1, 4, 625000", "2, 4, 750000", "3, 4, 875000", "4, 4, 1000000"})
    void rate_asTheMachineFills_risesInAStraightLine(int claimed, int total, long micros) {
        assertThat(asked(table(1_000_000, 5_000, 10_000), claimed, total)).contains(micros);
    }

    @Test
    void rate_ofAFlatCurve_neverMoves() {
        PriceTable table = table(350_000, 10_000, 10_000);
        for (int claimed = 0; claimed <= 8; claimed++) {
            assertThat(asked(table, claimed, 8)).contains(350_000L);
        }
    }

    /** 3 of 7 between 10,000 and 15,000 is 12,142.86 basis points; of 101 micro-units 122.6. */
    @Test
    void rate_withAFraction_isRoundedDown() {
        assertThat(asked(table(101, 10_000, 15_000), 3, 7)).contains(122L);
    }

    @Test
    void rate_ofAMachineWithoutDevices_isTheIdleRate() {
        assertThat(asked(table(1_000_000, 5_000, 10_000), 0, 0)).contains(500_000L);
    }

    @Test
    void rate_forADenomOrUnitNotInTheTable_isNone() {
        PriceTable table = table(1_000_000, 10_000, 10_000);
        assertThat(table.rate(job(Denom.AKT, PriceUnit.THOUSAND_ROWS), 0, 1)).isEmpty();
        assertThat(table.rate(job(Denom.USDC, PriceUnit.CPU_HOUR), 0, 1)).isEmpty();
    }

    /** A price of zero does not exist: an agent that cannot express its rate does not bid. */
    @Test
    void rate_thatRoundsDownToZero_isNone() {
        PriceTable table = table(1, 1, 10_000);
        assertThat(asked(table, 0, 2)).isEmpty();
        assertThat(asked(table, 2, 2)).contains(1L);
    }

    @Test
    void rate_ofTheLargestAmountAtTheSteepestCurve_isStillAnAmount() {
        long most = Long.MAX_VALUE / 10;
        assertThat(asked(table(most, 1, 100_000), 1, 1)).contains(most * 10);
        assertThatThrownBy(() -> table(most + 1, 1, 100_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("usdc per 1000-rows is too large");
    }

    @ParameterizedTest(name = "from {0} to {1}")
    @CsvSource({"0, 10000", "-1, 10000", "10001, 10000", "10000, 100001"})
    void curve_thatFallsOrLeavesItsBounds_isRefused(int idle, int peak) {
        assertThatThrownBy(() -> table(1, idle, peak))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to at most 100000 basis points");
    }

    @Test
    void table_afterItsMapIsChanged_keepsItsRates() {
        Map<Key, MicroAmount> rates = new HashMap<>(Map.of(ROWS, MicroAmount.of(7)));
        PriceTable table = new PriceTable(rates, 10_000, 10_000);
        rates.put(ROWS, MicroAmount.of(8));
        assertThat(asked(table, 0, 1)).contains(7L);
    }
}
