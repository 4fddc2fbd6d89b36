package dev.assay.agent.bidding;

import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.PriceUnit;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;

/**
 * A provider's rates, per denom and price unit, and how they move with utilisation: {@code
 * idleBasisPoints} of the table's rate when nothing is claimed, {@code peakBasisPoints} when
 * everything is, linear in between.
 */
public record PriceTable(Map<Key, MicroAmount> rates, int idleBasisPoints, int peakBasisPoints) {
    private static final int WHOLE = 10_000;
    private static final int MAX_CURVE = 10 * WHOLE;

    /** The largest rate that stays an amount at the steepest curve. */
    private static final MicroAmount MAX_RATE =
            MicroAmount.of(Long.MAX_VALUE / (MAX_CURVE / WHOLE));

    /** What a rate is for. */
    public record Key(Denom denom, PriceUnit unit) {}

    public PriceTable {
        rates = Map.copyOf(rates);
        if (idleBasisPoints < 1
                || peakBasisPoints < idleBasisPoints
                || peakBasisPoints > MAX_CURVE) {
            throw new IllegalArgumentException(
                    "the curve must rise from at least 1 to at most "
                            + MAX_CURVE
                            + " basis points");
        }
        for (Map.Entry<Key, MicroAmount> rate : rates.entrySet()) {
            if (rate.getValue().compareTo(MAX_RATE) > 0) {
                throw new IllegalArgumentException(
                        "the rate of "
                                + rate.getValue()
                                + " "
                                + rate.getKey().denom()
                                + " per "
                                + rate.getKey().unit()
                                + " is too large; ask at most "
                                + MAX_RATE);
            }
        }
    }

    /**
     * The rate asked for a job; none when the table has none.
     *
     * @param claimed devices in use
     * @param total devices of the machine
     */
    public Optional<MicroAmount> rate(JobSpec spec, int claimed, int total) {
        MicroAmount base = rates.get(new Key(spec.maxPrice().denom(), spec.maxPrice().unit()));
        if (base == null) {
            return Optional.empty();
        }
        long curve =
                idleBasisPoints
                        + (long) (peakBasisPoints - idleBasisPoints) * claimed / Math.max(1, total);
        long micros =
                BigInteger.valueOf(base.micros())
                        .multiply(BigInteger.valueOf(curve))
                        .divide(BigInteger.valueOf(WHOLE))
                        .longValueExact();
        return micros == 0 ? Optional.empty() : Optional.of(MicroAmount.of(micros));
    }
}
