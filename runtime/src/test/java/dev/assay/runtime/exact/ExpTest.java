package dev.assay.runtime.exact;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.incubator.vector.FloatVector;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpTest {
    /** Odd, so that the sample meets every pattern of low bits; 1 tries every float. */
    private static final int STEP = Integer.getInteger("assay.exp.step", 4099);

    @Test
    void exp_floatsOfItsRange_isWithinDocumentedError() {
        double worst = 0;
        int from = Float.floatToRawIntBits(-0f);
        int to = Float.floatToRawIntBits(-104f);
        float[] x = new float[Tile.WIDTH];
        float[] y = new float[Tile.WIDTH];
        for (long bits = from; bits <= to; bits += (long) STEP * Tile.WIDTH) {
            for (int lane = 0; lane < Tile.WIDTH; lane++) {
                x[lane] = Float.intBitsToFloat((int) Math.min(to, bits + (long) STEP * lane));
            }
            Exp.of(FloatVector.fromArray(Tile.LANES, x, 0)).intoArray(y, 0);
            for (int lane = 0; lane < Tile.WIDTH; lane++) {
                double exact = Math.exp(x[lane]);
                worst = Math.max(worst, Math.abs(y[lane] - exact) / Math.ulp((float) exact));
            }
        }
        System.out.println("exp: largest error " + worst + " ulp");
        assertThat(worst).isLessThan(1.0);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "-0.0, 1",
        "-Infinity, 0",
        "Infinity, Infinity",
        "NaN, NaN",
        "-200, 0",
        "90, Infinity"
    })
    void exp_specialArgument_hasItsValue(float x, float expected) {
        assertThat(Exp.of(FloatVector.broadcast(Tile.LANES, x)).lane(0))
                .isEqualTo(Float.valueOf(expected));
    }
}
