package dev.assay.protocol.money;

import java.util.Optional;

/**
 * What a price is per. Time-priced leases count what was held; work-priced leases count what was
 * done.
 */
public enum PriceUnit {
    /** One GPU held for an hour. */
    GPU_HOUR("gpu-hour", 3_600_000),
    /** One CPU held for an hour. */
    CPU_HOUR("cpu-hour", 3_600_000),
    /** A thousand input rows processed. */
    THOUSAND_ROWS("1000-rows", 1_000);

    private final String text;
    private final long divisor;

    PriceUnit(String text, long divisor) {
        this.text = text;
        this.divisor = divisor;
    }

    public String text() {
        return text;
    }

    /** How many of the metered quantity (device-milliseconds or rows) make one unit. */
    public long divisor() {
        return divisor;
    }

    public static Optional<PriceUnit> named(String text) {
        for (PriceUnit unit : values()) {
            if (unit.text.equals(text)) {
                return Optional.of(unit);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
