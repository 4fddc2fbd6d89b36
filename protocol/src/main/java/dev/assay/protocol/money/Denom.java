package dev.assay.protocol.money;

import java.util.Locale;
import java.util.Optional;

/** A currency that escrow holds. Balances of different denoms never mix. */
public enum Denom {
    AKT,
    USDC;

    /** The name in job specs and ledgers: lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Denom> named(String text) {
        for (Denom denom : values()) {
            if (denom.text().equals(text)) {
                return Optional.of(denom);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return text();
    }
}
