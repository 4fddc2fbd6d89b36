package dev.assay.protocol.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;

class PriceTest {
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    @Test
    void cost_isTheExactProductRounded_orAnErrorBeyond64Bits() {
        Random random = new Random(8);
        for (int i = 0; i < 5_000; i++) {
            Price price = price(random);
            long quantity = random.nextLong() >>> (1 + random.nextInt(63));
            BigDecimal exact =
                    BigDecimal.valueOf(price.rate().micros())
                            .multiply(BigDecimal.valueOf(quantity));
            BigDecimal divisor = BigDecimal.valueOf(price.unit().divisor());
            BigDecimal floor = exact.divide(divisor, 0, RoundingMode.FLOOR);
            BigDecimal ceiling = exact.divide(divisor, 0, RoundingMode.CEILING);
            if (ceiling.compareTo(MOST) <= 0) {
                assertThat(price.owed(quantity).micros()).isEqualTo(floor.longValueExact());
                assertThat(price.cover(quantity).micros()).isEqualTo(ceiling.longValueExact());
            } else {
                assertThatThrownBy(() -> price.cover(quantity))
                        .isInstanceOf(ArithmeticException.class);
            }
        }
    }

    /** Owed is taken of the cumulative quantity, so what was paid in steps never drifts. */
    @Test
    void cost_paidInSteps_isTheCostPaidAtOnce() {
        Random random = new Random(9);
        for (int i = 0; i < 500; i++) {
            Price price =
                    new Price(
                            MicroAmount.of(1 + random.nextInt(1_000_000)),
                            Denom.USDC,
                            any(PriceUnit.values(), random));
            MicroAmount paid = MicroAmount.ZERO;
            long quantity = 0;
            for (int step = 0; step < 20; step++) {
                quantity += random.nextInt(10_000);
                paid = paid.plus(price.owed(quantity).minus(paid));
            }
            assertThat(paid).isEqualTo(price.owed(quantity));
            assertThat(price.cover(quantity)).isGreaterThanOrEqualTo(paid);
        }
    }

    @Test
    void price_ofZero_isRefused() {
        assertThatThrownBy(() -> new Price(MicroAmount.ZERO, Denom.AKT, PriceUnit.THOUSAND_ROWS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a price must be more than 0");
    }

    @Test
    void quantity_negative_isRefused() {
        Price price = new Price(MicroAmount.of(1), Denom.AKT, PriceUnit.THOUSAND_ROWS);
        assertThatThrownBy(() -> price.owed(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> price.cover(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void price_asText_saysRateDenomAndUnit() {
        Price price = new Price(MicroAmount.of(800_000), Denom.USDC, PriceUnit.GPU_HOUR);
        assertThat(price).hasToString("0.800000 usdc per gpu-hour");
        assertThat(price.at(MicroAmount.of(1))).hasToString("0.000001 usdc per gpu-hour");
    }

    @Test
    void names_ofDenomsAndUnits_areReadBack() {
        for (Denom denom : Denom.values()) {
            assertThat(Denom.named(denom.text())).hasValue(denom);
        }
        for (PriceUnit unit : PriceUnit.values()) {
            assertThat(PriceUnit.named(unit.text())).hasValue(unit);
        }
        assertThat(Denom.named("USDC")).isEmpty();
        assertThat(PriceUnit.named("")).isEmpty();
    }

    private static Price price(Random random) {
        return new Price(
                MicroAmount.of(Math.max(1, random.nextLong() >>> (1 + random.nextInt(63)))),
                Denom.USDC,
                any(PriceUnit.values(), random));
    }

    private static <E> E any(E[] values, Random random) {
        return values[random.nextInt(values.length)];
    }
}
