package dev.assay.protocol.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

class MicroAmountTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "0.80,800000",
        "1,1000000",
        "0.000001,1",
        "007,7000000",
        "9223372036854.775807,9223372036854775807",
    })
    void decimal_ofUpToSixDecimals_isRead(String text, long micros) {
        assertThat(MicroAmount.parse(text)).isEqualTo(MicroAmount.of(micros));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-1", "+1", "1e3", "1.", ".5", "0.0000001", "1,5", " 1", "٣", "NaN"})
    void text_thatIsNoDecimal_isRefused(String text) {
        assertThatThrownBy(() -> MicroAmount.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "'"
                                + text
                                + "' is no amount (a decimal with at most six decimals, such as"
                                + " 0.80)");
    }

    @Test
    void decimal_beyond64Bits_isRefused() {
        assertThatThrownBy(() -> MicroAmount.parse("9223372036854.775808"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'9223372036854.775808' is too large an amount");
    }

    @Test
    void amount_asText_isReadBackEqual() {
        Random random = new Random(5);
        for (int i = 0; i < 1_000; i++) {
            MicroAmount amount = MicroAmount.of(random.nextLong() >>> (1 + random.nextInt(63)));
            assertThat(MicroAmount.parse(amount.toString())).isEqualTo(amount);
        }
        assertThat(MicroAmount.of(800_000)).hasToString("0.800000");
    }

    @Test
    void arithmetic_thatLeavesTheRange_isAnError() {
        MicroAmount most = MicroAmount.of(Long.MAX_VALUE);
        MicroAmount one = MicroAmount.of(1);
        assertThatThrownBy(() -> most.plus(one)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> one.minus(most)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> MicroAmount.of(-1))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("an amount cannot be negative: -1 micro-units");
    }

    @Test
    void sum_lessAPart_isTheOtherPart() {
        Random random = new Random(6);
        for (int i = 0; i < 1_000; i++) {
            MicroAmount a = MicroAmount.of(random.nextLong() >>> 2);
            MicroAmount b = MicroAmount.of(random.nextLong() >>> 2);
            assertThat(a.plus(b).minus(b)).isEqualTo(a);
            assertThat(a.min(b)).isEqualTo(a.compareTo(b) <= 0 ? a : b);
        }
        assertThat(MicroAmount.ZERO.isZero()).isTrue();
        assertThat(MicroAmount.of(1).isZero()).isFalse();
    }
}
