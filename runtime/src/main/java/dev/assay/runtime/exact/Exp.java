package dev.assay.runtime.exact;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The exponential function in single IEEE operations, so that its bits are the same everywhere.
 *
 * <p>{@code x = n · ln 2 + r} with n the nearest integer and |r| ≤ 0.347; {@code exp(r) = 1 + (r +
 * r² · q(r))} with q a polynomial of degree 4, fitted to the least largest relative error (0.05 ·
 * 2⁻²⁴); then a scaling by 2ⁿ in two factors, because 2ⁿ itself need not be a float. ln 2 is
 * subtracted in two parts, the first of 9 bits, whose product with n is exact. Arguments beyond the
 * range of results saturate; NaN stays NaN.
 *
 * <p>Over every float from −104 to 0, where softmax needs it, the largest error is 0.99 ulp.
 */
final class Exp {
    private static final float LOWEST = -104f;
    private static final float HIGHEST = 89f;
    private static final float LOG2_E = 0x1.715476p0f;
    private static final float LN2_HIGH = 0x1.63p-1f;
    private static final float LN2_LOW = -0x1.bd0106p-13f;

    /** 1.5 · 2²³: adding it rounds to an integer, found in the low bits of the sum. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    private static final int EXPONENT_BIAS = 127;
    private static final int EXPONENT_SHIFT = 23;

    private static final float Q0 = 0x1.fffffcp-2f;
    private static final float Q1 = 0x1.555492p-3f;
    private static final float Q2 = 0x1.5558f2p-5f;
    private static final float Q3 = 0x1.123a2p-7f;
    private static final float Q4 = 0x1.6a23cep-10f;

    private Exp() {}

    /** exp of every lane. */
    static FloatVector of(FloatVector argument) {
        FloatVector x = argument.max(LOWEST).min(HIGHEST);
        FloatVector shifted = x.mul(LOG2_E).add(ROUNDER);
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector q = r.mul(Q4).add(Q3).mul(r).add(Q2).mul(r).add(Q1).mul(r).add(Q0);
        FloatVector exp = r.mul(r).mul(q).add(r).add(1f);
        IntVector exponent = shifted.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = exponent.lanewise(ASHR, 1);
        return exp.mul(power(half)).mul(power(exponent.sub(half)));
    }

    /** 2 to the power of every lane. */
    private static FloatVector power(IntVector exponent) {
        return exponent.add(EXPONENT_BIAS).lanewise(LSHL, EXPONENT_SHIFT).reinterpretAsFloats();
    }
}
