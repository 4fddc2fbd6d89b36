package dev.assay.runtime.exact;

import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** A source of shapes and values that a seed fixes. */
final class Seeded {
    private static final float[] SPECIAL = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        0x1.8p-140f,
        -0x1.8p-80f,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        0x1p100f,
        -104.5f,
        88.8f,
    };

    private static final float[] NOT_FINITE = {
        Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN
    };

    private final RandomGenerator random;

    Seeded(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** From {@code low} to {@code high}, both included. */
    int integer(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Values about zero. */
    Tensor plain(int... dims) {
        return tensor(0, 0, dims);
    }

    /** Values about zero, signed zeros, subnormals and huge ones. */
    Tensor finite(int... dims) {
        return tensor(0.2, 0, dims);
    }

    /** Like {@link #finite}, with an infinity or NaN here and there. */
    Tensor any(int... dims) {
        return tensor(0.1, 0.01, dims);
    }

    private Tensor tensor(double special, double notFinite, int... dims) {
        Shape shape = Shape.of(dims);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            if (chance(notFinite)) {
                values[i] = NOT_FINITE[random.nextInt(NOT_FINITE.length)];
            } else if (chance(special)) {
                values[i] = SPECIAL[random.nextInt(SPECIAL.length)];
            } else {
                values[i] = (float) random.nextGaussian();
            }
        }
        return Tensor.of(shape, values);
    }
}
