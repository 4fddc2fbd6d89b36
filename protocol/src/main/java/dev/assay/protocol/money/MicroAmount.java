package dev.assay.protocol.money;

import java.math.BigDecimal;

/**
 * An amount of money: a whole number of micro-units (10⁻⁶) of some denom, never negative.
 * Arithmetic that would overflow or go below zero throws {@link ArithmeticException}.
 */
public record MicroAmount(long micros) implements Comparable<MicroAmount> {
    public static final MicroAmount ZERO = new MicroAmount(0);

    private static final int DECIMALS = 6;
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE, DECIMALS);

    public MicroAmount {
        if (micros < 0) {
            throw new ArithmeticException(
                    "an amount cannot be negative: " + micros + " micro-units");
        }
    }

    public static MicroAmount of(long micros) {
        return new MicroAmount(micros);
    }

    /** Reads a decimal such as {@code 0.80}, with at most six decimals. */
    public static MicroAmount parse(String text) {
        if (!text.matches("[0-9]{1,13}(\\.[0-9]{1,6})?")) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is no amount (a decimal with at most six decimals, such as 0.80)");
        }
        BigDecimal value = new BigDecimal(text);
        if (value.compareTo(MAX) > 0) {
            throw new IllegalArgumentException("'" + text + "' is too large an amount");
        }
        return new MicroAmount(value.movePointRight(DECIMALS).longValueExact());
    }

    public MicroAmount plus(MicroAmount other) {
        return new MicroAmount(Math.addExact(micros, other.micros));
    }

    public MicroAmount minus(MicroAmount other) {
        return new MicroAmount(Math.subtractExact(micros, other.micros));
    }

    public boolean isZero() {
        return micros == 0;
    }

    public MicroAmount min(MicroAmount other) {
        return micros <= other.micros ? this : other;
    }

    @Override
    public int compareTo(MicroAmount other) {
        return Long.compare(micros, other.micros);
    }

    /** All six decimals: {@code 0.800000}. */
    @Override
    public String toString() {
        return BigDecimal.valueOf(micros, DECIMALS).toPlainString();
    }
}
