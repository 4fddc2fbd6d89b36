package dev.assay.protocol.money;

import java.math.BigInteger;

/**
 * A rate: so much of a denom per unit.
 *
 * @param rate more than zero
 */
public record Price(MicroAmount rate, Denom denom, PriceUnit unit) {
    public Price {
        if (rate.isZero()) {
            throw new IllegalArgumentException("a price must be more than 0");
        }
    }

    /** The same denom and unit at another rate. */
    public Price at(MicroAmount otherRate) {
        return new Price(otherRate, denom, unit);
    }

    /** What a cumulative quantity costs, rounded down: {@code floor(rate × quantity ÷ divisor)}. */
    public MicroAmount owed(long quantity) {
        return amount(quantity, BigInteger.ZERO);
    }

    /** The least deposit that covers a quantity: the cost rounded up. */
    public MicroAmount cover(long quantity) {
        return amount(quantity, BigInteger.valueOf(unit.divisor() - 1));
    }

    private MicroAmount amount(long quantity, BigInteger roundUp) {
        if (quantity < 0) {
            throw new IllegalArgumentException("a quantity cannot be negative");
        }
        BigInteger exact = BigInteger.valueOf(rate.micros()).multiply(BigInteger.valueOf(quantity));
        return MicroAmount.of(
                exact.add(roundUp).divide(BigInteger.valueOf(unit.divisor())).longValueExact());
    }

    @Override
    public String toString() {
        return rate + " " + denom + " per " + unit;
    }
}
