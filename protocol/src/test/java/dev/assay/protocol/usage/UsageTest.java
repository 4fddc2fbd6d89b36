package dev.assay.protocol.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

class UsageTest {
    private static final Usage USAGE =
            new Usage(Duration.ofSeconds(10), Duration.ofSeconds(20), 30, 40, 5);

    @Test
    void usage_withANegativeQuantity_isRefused() {
        Duration second = Duration.ofSeconds(1);
        for (ThrowingUsage usage :
                List.<ThrowingUsage>of(
                        () -> new Usage(second.negated(), second, 0, 0, 0),
                        () -> new Usage(second, second.negated(), 0, 0, 0),
                        () -> new Usage(second, second, -1, 0, 0),
                        () -> new Usage(second, second, 0, -1, 0),
                        () -> new Usage(second, second, 0, 0, -1))) {
            assertThatThrownBy(usage::make)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("usage cannot be negative");
        }
    }

    private interface ThrowingUsage {
        Usage make();
    }

    @Test
    void usage_follows_onlyWhatNoQuantityOfItIsBelow() {
        assertThat(USAGE.follows(Usage.NONE)).isTrue();
        assertThat(USAGE.follows(USAGE)).isTrue();
        Duration wall = USAGE.wall();
        Duration cpu = USAGE.cpu();
        assertThat(USAGE.follows(new Usage(wall.plusNanos(1), cpu, 30, 40, 5))).isFalse();
        assertThat(USAGE.follows(new Usage(wall, cpu.plusNanos(1), 30, 40, 5))).isFalse();
        assertThat(USAGE.follows(new Usage(wall, cpu, 31, 40, 5))).isFalse();
        assertThat(USAGE.follows(new Usage(wall, cpu, 30, 41, 5))).isFalse();
        assertThat(USAGE.follows(new Usage(wall, cpu, 30, 40, 6))).isFalse();
    }

    @Test
    void quantity_ofAUnit_isDeviceMillisecondsOrRows() {
        assertThat(USAGE.quantity(PriceUnit.GPU_HOUR, 3)).isEqualTo(30_000);
        assertThat(USAGE.quantity(PriceUnit.CPU_HOUR, 2)).isEqualTo(20_000);
        assertThat(USAGE.quantity(PriceUnit.THOUSAND_ROWS, 2)).isEqualTo(40);
    }

    @Test
    void quantity_beyond64Bits_isAnErrorNotASmallNumber() {
        Usage ages = new Usage(Duration.ofMillis(Long.MAX_VALUE / 2), Duration.ZERO, 0, 0, 0);
        assertThatThrownBy(() -> ages.quantity(PriceUnit.GPU_HOUR, 3))
                .isInstanceOf(ArithmeticException.class);
    }
}
