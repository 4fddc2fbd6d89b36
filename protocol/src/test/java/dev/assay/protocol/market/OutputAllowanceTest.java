package dev.assay.protocol.market;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;

class OutputAllowanceTest {
    private static final int LINE = 936; // which costs 1000

    private long now = Long.MAX_VALUE - 5; // a monotonic clock may wrap around

    private long passed(OutputAllowance allowance) {
        long passed = 0;
        while (allowance.take(LINE)) {
            passed++;
        }
        return passed;
    }

    @Test
    void output_passesAtOnceUpToTheBurst_andThenByTheSecond() {
        OutputAllowance allowance = new OutputAllowance(() -> now, 1);
        assertThat(passed(allowance)).isEqualTo(OutputAllowance.BURST / 1000);
        for (int i = 0; i < 1_000; i++) {
            now += TimeUnit.MILLISECONDS.toNanos(1);
            assertThat(allowance.take(1 << 20)).isFalse(); // more than ever is saved up
            if (i == 499) {
                assertThat(passed(allowance)).isBetween(64L, 66L);
            }
        }
        assertThat(passed(allowance)).isBetween(64L, 66L);
    }

    @Test
    void output_afterALongSilence_passesUpToTheBurst() {
        OutputAllowance allowance = new OutputAllowance(() -> now, 2);
        passed(allowance);
        now += TimeUnit.DAYS.toNanos(100);
        assertThat(passed(allowance)).isEqualTo(2 * OutputAllowance.BURST / 1000);
    }
}
