package dev.assay.models.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class ShapeTest {
    @Test
    void of_batchInFront_countsTheElementsOfOneRow() {
        Shape shape = Shape.of(Shape.BATCH, 3, 4);
        assertThat(shape.batched()).isTrue();
        assertThat(shape.elements()).isEqualTo(12);
        assertThat(shape).hasToString("[batch, 3, 4]");
        assertThat(shape.withBatch(5)).isEqualTo(Shape.of(5, 3, 4));
    }

    @Test
    void of_noDimensions_isAScalar() {
        assertThat(Shape.of().elements()).isEqualTo(1);
        assertThat(Shape.of().batched()).isFalse();
    }

    @Test
    void withBatch_fixedShape_isUnchanged() {
        assertThat(Shape.of(2, 3).withBatch(7)).isEqualTo(Shape.of(2, 3));
    }

    @Test
    void withBatch_noRows_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(Shape.BATCH).withBatch(0));
    }

    @Test
    void of_zeroOrNegativeDimension_namesTheAxis() {
        assertRefused("dimension 1 is 0", 2, 0);
        assertRefused("dimension 0 is -2", -2, 3);
        assertRefused("dimension 0 is " + Integer.MIN_VALUE, Integer.MIN_VALUE);
        assertRefused("dimension 1 is -1", 2, Shape.BATCH);
    }

    @Test
    void of_nineDimensions_isRefused() {
        assertThat(Shape.of(1, 1, 1, 1, 1, 1, 1, 1).rank()).isEqualTo(8);
        assertRefused("at most 8 dimensions, not 9", 1, 1, 1, 1, 1, 1, 1, 1, 1);
    }

    @Test
    void of_moreElementsThanAnIntHolds_isRefused() {
        assertThat(Shape.of(Integer.MAX_VALUE).elements()).isEqualTo(Integer.MAX_VALUE);
        assertRefused("too large", 1 << 16, 1 << 15);
        assertRefused(
                "too large", Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, 1 << 30);
    }

    @Test
    void withBatch_moreElementsThanAnIntHolds_isRefused() {
        Shape rows = Shape.of(Shape.BATCH, 1 << 16);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows.withBatch(1 << 15))
                .withMessageContaining("too large");
    }

    private static void assertRefused(String problem, int... dims) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(dims))
                .withMessageContaining(problem);
    }
}
