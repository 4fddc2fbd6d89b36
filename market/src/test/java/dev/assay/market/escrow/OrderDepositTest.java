package dev.assay.market.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.market.Papers;
import dev.assay.market.Work;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;

class OrderDepositTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    @Test
    void required_perThousandRows_isTheCostOfAllRowsRoundedUp() {
        assertThat(required(350_000, PriceUnit.THOUSAND_ROWS, Duration.ofHours(1)))
                .isEqualTo(MicroAmount.of(700_000));
        assertThat(required(1, PriceUnit.THOUSAND_ROWS, Duration.ofMillis(1)))
                .isEqualTo(MicroAmount.of(2));
    }

    @Test
    void required_perHour_isTheCostOfAllTimeRoundedUp() {
        assertThat(required(600_000, PriceUnit.CPU_HOUR, Duration.ofMinutes(10)))
                .isEqualTo(MicroAmount.of(100_000));
        assertThat(required(1, PriceUnit.CPU_HOUR, Duration.ofMillis(1)))
                .isEqualTo(MicroAmount.of(1));
    }

    @Test
    void required_gpuHoursWithoutAGpu_isRefused() {
        assertThatThrownBy(() -> required(1, PriceUnit.GPU_HOUR, Duration.ofHours(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gpu-hour");
    }

    @Test
    void required_withoutTime_isRefused() {
        assertThatThrownBy(() -> required(1, PriceUnit.CPU_HOUR, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void required_moreThanAnyAmount_overflows() {
        assertThatThrownBy(() -> required(Long.MAX_VALUE, PriceUnit.CPU_HOUR, Duration.ofHours(2)))
                .isInstanceOf(ArithmeticException.class);
    }

    private static MicroAmount required(long rate, PriceUnit unit, Duration time) {
        JobSpec spec = Papers.spec(Work.NOMINAL, new Price(MicroAmount.of(rate), Denom.USDC, unit));
        return OrderDeposit.required(spec, NOW, NOW.plus(time));
    }
}
