package dev.assay.protocol.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.money.PriceUnit;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

class UsageTest {
    private static final Usage USAGE =
            new Usage(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(20),
                    30,
                    new GpuUsage(60, 70, Duration.ofSeconds(8), 90),
                    40,
                    6,
                    5);

    @Test
    void usage_withANegativeQuantity_isRefused() {
        Duration second = Duration.ofSeconds(1);
        for (ThrowingUsage usage :
                List.<ThrowingUsage>of(
                        () -> new Usage(second.negated(), second, 0, 0, 0),
                        () -> new Usage(second, second.negated(), 0, 0, 0),
                        () -> new Usage(second, second, -1, 0, 0),
                        () -> new Usage(second, second, 0, -1, 0),
                        () -> new Usage(second, second, 0, 0, -1),
                        () -> new Usage(second, second, 0, GpuUsage.NONE, 0, -1, 0))) {
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
        GpuUsage gpu = USAGE.gpu();
        for (Usage more :
                List.of(
                        new Usage(wall.plusNanos(1), cpu, 30, gpu, 40, 6, 5),
                        new Usage(wall, cpu.plusNanos(1), 30, gpu, 40, 6, 5),
                        new Usage(wall, cpu, 31, gpu, 40, 6, 5),
                        new Usage(wall, cpu, 30, gpu, 41, 6, 5),
                        new Usage(wall, cpu, 30, gpu, 40, 7, 5),
                        new Usage(wall, cpu, 30, gpu, 40, 6, 6))) {
            assertThat(USAGE.follows(more)).as(more.toString()).isFalse();
            assertThat(more.follows(USAGE)).as(more.toString()).isTrue();
        }
        for (GpuUsage more :
                List.of(
                        new GpuUsage(61, 70, gpu.busy(), 90),
                        new GpuUsage(60, 71, gpu.busy(), 90),
                        new GpuUsage(60, 70, gpu.busy().plusNanos(1), 90),
                        new GpuUsage(60, 70, gpu.busy(), 91))) {
            Usage usage = new Usage(wall, cpu, 30, more, 40, 6, 5);
            assertThat(USAGE.follows(usage)).as(more.toString()).isFalse();
            assertThat(usage.follows(USAGE)).as(more.toString()).isTrue();
        }
    }

    @Test
    void gpuUsage_withANegativeQuantity_isRefused() {
        Duration zero = Duration.ZERO;
        for (ThrowingGpuUsage usage :
                List.<ThrowingGpuUsage>of(
                        () -> new GpuUsage(-1, 0, zero, 0),
                        () -> new GpuUsage(0, -1, zero, 0),
                        () -> new GpuUsage(0, 0, zero.minusNanos(1), 0),
                        () -> new GpuUsage(0, 0, zero, -1))) {
            assertThatThrownBy(usage::make)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("usage of GPUs cannot be negative");
        }
    }

    private interface ThrowingGpuUsage {
        GpuUsage make();
    }

    @Test
    void gpuUsage_afterAnother_addsUpAndKeepsTheLargerPeak() {
        GpuUsage both =
                new GpuUsage(1, 2, Duration.ofSeconds(3), 40)
                        .plus(new GpuUsage(10, 20, Duration.ofSeconds(30), 4));
        assertThat(both).isEqualTo(new GpuUsage(11, 22, Duration.ofSeconds(33), 40));
        assertThat(both.millijoules()).isEqualTo(33);
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
