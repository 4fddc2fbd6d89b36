package dev.assay.protocol.money;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the market keeps of a payment, and which pools get it.
 *
 * @param takeBasisPoints share of the payment taken as fee, in hundredths of a percent
 * @param pools shares of the fee; they add up to 10,000
 */
public record FeeSchedule(int takeBasisPoints, List<Pool> pools) {
    /** All of something, in basis points. */
    public static final int WHOLE = 10_000;

    /** The most pools of a schedule. */
    public static final int MAX_POOLS = 64;

    /**
     * A pool's share of every fee.
     *
     * @param name 1 to 64 characters
     */
    public record Pool(String name, int basisPoints) {
        private static final int MAX_NAME_LENGTH = 64;

        public Pool {
            if (name.isEmpty() || name.codePointCount(0, name.length()) > MAX_NAME_LENGTH) {
                throw new IllegalArgumentException(
                        "a pool has a name of 1 to " + MAX_NAME_LENGTH + " characters");
            }
        }
    }

    /** A payment divided: nothing is lost, {@code provider + Σ pools = owed}. */
    public record Split(MicroAmount provider, Map<String, MicroAmount> pools) {
        public Split {
            pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
        }
    }

    public FeeSchedule {
        pools = List.copyOf(pools);
        if (takeBasisPoints < 0 || takeBasisPoints > WHOLE) {
            throw new IllegalArgumentException(
                    "a take rate is from 0 to " + WHOLE + " basis points");
        }
        if (pools.size() > MAX_POOLS) {
            throw new IllegalArgumentException("a schedule has at most " + MAX_POOLS + " pools");
        }
        if (pools.isEmpty()
                || pools.stream().anyMatch(pool -> pool.basisPoints() < 0)
                || pools.stream().mapToLong(Pool::basisPoints).sum() != WHOLE
                || pools.stream().map(Pool::name).distinct().count() != pools.size()) {
            throw new IllegalArgumentException(
                    "pools need distinct names and shares that add up to " + WHOLE);
        }
    }

    /**
     * Divides a payment. Fees round down; what rounding leaves over of the fee goes to the first
     * pool.
     */
    public Split split(MicroAmount owed) {
        MicroAmount fee = share(owed, takeBasisPoints);
        Map<String, MicroAmount> parts = new LinkedHashMap<>();
        MicroAmount rest = fee;
        for (Pool pool : pools) {
            MicroAmount part = share(fee, pool.basisPoints());
            parts.put(pool.name(), part);
            rest = rest.minus(part);
        }
        parts.merge(pools.getFirst().name(), rest, MicroAmount::plus);
        return new Split(owed.minus(fee), parts);
    }

    private static MicroAmount share(MicroAmount amount, int basisPoints) {
        return MicroAmount.of(
                BigInteger.valueOf(amount.micros())
                        .multiply(BigInteger.valueOf(basisPoints))
                        .divide(BigInteger.valueOf(WHOLE))
                        .longValueExact());
    }
}
