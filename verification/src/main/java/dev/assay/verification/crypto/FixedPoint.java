package dev.assay.verification.crypto;

import org.bouncycastle.math.ec.ECLookupTable;
import org.bouncycastle.math.ec.ECMultiplier;
import org.bouncycastle.math.ec.ECPoint;
import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A point of P-256 that is multiplied often, with enough of its multiples that no doubling is left:
 *
 * <pre>
 * k = Σ d(j) · 64^j  with 43 odd digits -63 to 63      k · P = Σ d(j) · (64^j · P)
 * table j holds 1, 3, 5, ... 63 times 64^j · P
 * </pre>
 *
 * No digit of this recoding is zero (Joye and Tunstall, "Exponent recoding and regular
 * exponentiation algorithms", AFRICACRYPT 2009), so every multiplication takes the same 42
 * additions; an even k becomes n - k, and the product is negated. The tables take 88 KB and the
 * time of some tens of multiplications. Immutable and safe to share between threads.
 */
final class FixedPoint implements ECMultiplier {
    private static final int WIDTH = 6;
    private static final int DIGITS = (256 + WIDTH - 1) / WIDTH;
    private static final int ENTRIES = 1 << (WIDTH - 1);

    /**
     * A point that may turn out to be multiplied often: the tables are made when it has been used
     * as often as they cost. Thread-safe.
     */
    static final class Candidate {
        static final int WORTHWHILE = 128;

        private final ECPoint point;
        private final AtomicInteger uses = new AtomicInteger();
        private volatile @Nullable FixedPoint tables;

        Candidate(ECPoint point) {
            this.point = point;
        }

        boolean hasTables() {
            return tables != null;
        }

        /** Counts one more use; the tables, once they are there. */
        Optional<FixedPoint> use() {
            FixedPoint made = tables;
            if (made == null && uses.get() < WORTHWHILE && uses.incrementAndGet() == WORTHWHILE) {
                made = new FixedPoint(point);
                tables = made;
            }
            return Optional.ofNullable(made);
        }
    }

    private final ECLookupTable[] tables = new ECLookupTable[DIGITS];

    FixedPoint(ECPoint point) {
        ECPoint[] multiples = new ECPoint[DIGITS * ENTRIES];
        ECPoint base = point;
        for (int digit = 0; digit < DIGITS; digit++) {
            ECPoint twice = base.twice();
            ECPoint multiple = base;
            for (int entry = 0; entry < ENTRIES; entry++) {
                multiples[digit * ENTRIES + entry] = multiple;
                multiple = multiple.add(twice);
            }
            base = base.timesPow2(WIDTH);
        }
        P256.DOMAIN.getCurve().normalizeAll(multiples);
        for (int digit = 0; digit < DIGITS; digit++) {
            tables[digit] =
                    P256.DOMAIN
                            .getCurve()
                            .createCacheSafeLookupTable(multiples, digit * ENTRIES, ENTRIES);
        }
    }

    /**
     * The multiple of this point by a secret scalar in [1, n - 1]: every entry of a table is
     * touched, whichever is wanted.
     *
     * @param point ignored; it is this one
     */
    @Override
    public ECPoint multiply(ECPoint point, BigInteger scalar) {
        return multiply(scalar, ECLookupTable::lookup);
    }

    /** The multiple of this point by a public scalar in [1, n - 1]. */
    ECPoint multiplyPublic(BigInteger scalar) {
        return multiply(scalar, ECLookupTable::lookupVar);
    }

    private interface Lookup {
        ECPoint in(ECLookupTable table, int entry);
    }

    private ECPoint multiply(BigInteger scalar, Lookup lookup) {
        BigInteger[] oddOf = {P256.ORDER.subtract(scalar), scalar};
        int odd = scalar.testBit(0) ? 1 : 0;
        long[] limbs = limbs(oddOf[odd]);
        ECPoint sum = P256.DOMAIN.getCurve().getInfinity();
        for (int digit = 0; digit < DIGITS; digit++) {
            // The bits above a digit's lowest, which is 1: as a sign, and as a place in the table.
            int bits = bits(limbs, digit * WIDTH + 1);
            int negative = digit == DIGITS - 1 ? 0 : 1 - (bits >>> (WIDTH - 1));
            int entry = (bits ^ -negative) & (ENTRIES - 1);
            ECPoint multiple = lookup.in(tables[digit], entry);
            ECPoint[] signed = {multiple, multiple.negate()};
            sum = sum.add(signed[negative]);
        }
        ECPoint[] product = {sum.negate(), sum};
        return product[odd];
    }

    private static long[] limbs(BigInteger value) {
        long[] limbs = new long[5];
        for (int i = 0; i < 4; i++) {
            limbs[i] = value.shiftRight(64 * i).longValue();
        }
        return limbs;
    }

    /** {@link #WIDTH} bits from this place on. */
    private static int bits(long[] limbs, int at) {
        int limb = at >>> 6;
        int shift = at & 63;
        long low = limbs[limb] >>> shift;
        long high = shift == 0 ? 0 : limbs[limb + 1] << (64 - shift);
        return (int) (low | high) & ((1 << WIDTH) - 1);
    }
}
