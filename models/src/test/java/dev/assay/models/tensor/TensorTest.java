package dev.assay.models.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TensorTest {
    /** The golden digests were computed from the layout in the Javadoc by a separate program. */
    @Test
    void digest_goldenTensors_areAsDocumented() {
        assertThat(Tensor.of(Shape.of(2, 2), new float[] {1, -2.5f, 0, 3}).digest().hex())
                .isEqualTo("6b77d19669d6571602578dee1bb64b4d5c39fbf3b8aee27ada3c9fb8c3ba3102");
        assertThat(single(Float.NaN).digest().hex())
                .isEqualTo("1803c5de8df41c78ba997f6cb51a9f9b52e33cc88164bac548ae1a7ef7bf4b0b");
    }

    @Test
    void digest_moreValuesThanOneChunk_coversAllOfThem() {
        float[] values = new float[5000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        assertThat(Tensor.of(Shape.of(5000), values).digest().hex())
                .isEqualTo("2dae7c2a9922a0e510950b8498b1ce7e5d95a9f73487f56a5745da2e5f19f09f");
    }

    @Test
    void digest_otherNanPayload_isTheSame() {
        Tensor nan = single(Float.intBitsToFloat(0xffc12345));
        assertThat(nan.digest()).isEqualTo(single(Float.NaN).digest());
        assertThat(nan.sameBits(single(Float.NaN))).isTrue();
    }

    @Test
    void digest_negativeZero_differsFromZero() {
        assertThat(single(-0.0f).digest()).isNotEqualTo(single(0.0f).digest());
        assertThat(single(-0.0f).sameBits(single(0.0f))).isFalse();
    }

    @Test
    void digest_sameValuesOtherShape_differs() {
        float[] values = {1, 2, 3, 4, 5, 6};
        Tensor tall = Tensor.of(Shape.of(3, 2), values);
        Tensor wide = Tensor.of(Shape.of(2, 3), values);
        assertThat(tall.digest()).isNotEqualTo(wide.digest());
        assertThat(tall.sameBits(wide)).isFalse();
    }

    @Test
    void of_valuesThatDoNotFillTheShape_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(Shape.of(2, 2), new float[3]))
                .withMessageContaining("3 values")
                .withMessageContaining("[2, 2]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(Shape.of(Shape.BATCH, 2), new float[2]));
    }

    @Test
    void rows_inTheMiddle_areACopyOfThem() {
        Tensor tensor = Tensor.of(Shape.of(3, 2), new float[] {1, 2, 3, 4, 5, 6});
        Tensor rows = tensor.rows(1, 2);
        assertThat(rows.shape()).isEqualTo(Shape.of(2, 2));
        assertThat(rows.values()).containsExactly(3, 4, 5, 6);
    }

    @Test
    void rows_beyondTheLast_areRefused() {
        Tensor tensor = Tensor.of(Shape.of(3, 2), new float[6]);
        assertThatThrownBy(() -> tensor.rows(2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static Tensor single(float value) {
        return Tensor.of(Shape.of(1), new float[] {value});
    }
}
