package dev.assay.verification.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What passes for the same output, also where a model yields no number. */
final class ToleranceTest {
    private static final float FAR = 1 + 1e-3f;

    /** Else a tenant who orders a model that overflows is served for nothing. */
    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void tenant_whoseModelYieldsNoNumber_cannotFailHonestWork(float value) {
        assertThat(accepts(rows(value, 1), rows(value, 1))).isTrue();
        assertThat(accepts(rows(value, value), rows(value, value))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, 0",
        "0, NaN",
        "Infinity, -Infinity",
        "NaN, Infinity",
        "3e38, Infinity",
        "Infinity, 3e38",
    })
    void provider_thatPutsNoNumberWhereOneBelongs_isNotAccepted(float claimed, float replayed) {
        assertThat(accepts(rows(claimed, 1), rows(replayed, 1))).isFalse();
    }

    /** What is not finite must not widen the tolerance of the values beside it. */
    @Test
    void provider_thatErrsBesideAnInfinity_isNotAccepted() {
        float infinite = Float.POSITIVE_INFINITY;
        assertThat(accepts(rows(infinite, FAR), rows(infinite, 1))).isFalse();
    }

    @Test
    void provider_thatAnswersOnlyZeros_isNotAccepted() {
        assertThat(accepts(rows(0, 0), rows(0, 1e-30f))).isFalse();
        assertThat(accepts(rows(0, 1e-30f), rows(0, 0))).isFalse();
        assertThat(accepts(rows(0, 0), rows(0, 0))).isTrue();
    }

    private static boolean accepts(Tensor claimed, Tensor replayed) {
        return Tolerance.accepts(claimed, replayed);
    }

    private static Tensor rows(float first, float second) {
        return Tensor.of(Shape.of(1, 2), new float[] {first, second});
    }
}
