package dev.assay.verification.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.bouncycastle.math.ec.ECPoint;
import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class FixedPointTest {
    private final Random random = new Random(7);

    @Test
    void multiply_anyScalar_isWhatDoublingAndAddingGives() {
        ECPoint generator = P256.DOMAIN.getG();
        ECPoint other = generator.multiply(new BigInteger(250, random)).normalize();
        for (ECPoint point : List.of(generator, other)) {
            FixedPoint tables = new FixedPoint(point);
            for (BigInteger scalar : scalars()) {
                ECPoint expected = doubleAndAdd(point, scalar);
                assertThat(tables.multiply(point, scalar)).as("%x", scalar).isEqualTo(expected);
                assertThat(tables.multiplyPublic(scalar)).as("%x", scalar).isEqualTo(expected);
            }
        }
    }

    private static ECPoint doubleAndAdd(ECPoint point, BigInteger scalar) {
        ECPoint product = P256.DOMAIN.getCurve().getInfinity();
        for (int bit = scalar.bitLength() - 1; bit >= 0; bit--) {
            product = product.twice();
            if (scalar.testBit(bit)) {
                product = product.add(point);
            }
        }
        return product;
    }

    /** The ends of the range, every single bit, every run of ones, and some at random. */
    private List<BigInteger> scalars() {
        List<BigInteger> scalars = new ArrayList<>();
        for (int i = 1; i < 70; i++) {
            scalars.add(BigInteger.valueOf(i));
            scalars.add(P256.ORDER.subtract(BigInteger.valueOf(i)));
        }
        for (int bit = 6; bit < 256; bit++) {
            scalars.add(BigInteger.ONE.shiftLeft(bit).mod(P256.ORDER));
            scalars.add(BigInteger.ONE.shiftLeft(bit).subtract(BigInteger.ONE));
        }
        for (int i = 0; i < 100; i++) {
            scalars.add(new BigInteger(255, random).add(BigInteger.ONE));
        }
        return scalars;
    }
}
