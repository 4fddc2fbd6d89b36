package dev.assay.market.ledger;

import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;

import java.util.Map;

/** Evidence that the books balance. Only {@link Ledger#check} makes one. */
public final class BalancedBooks {
    private final int transfers;
    private final Map<Denom, MicroAmount> inside;

    BalancedBooks(int transfers, Map<Denom, MicroAmount> inside) {
        this.transfers = transfers;
        this.inside = Map.copyOf(inside);
    }

    /** How many transfers were added up. */
    public int transfers() {
        return transfers;
    }

    /** What all accounts inside the market hold together: what came in and has not left. */
    public MicroAmount inside(Denom denom) {
        return inside.getOrDefault(denom, MicroAmount.ZERO);
    }
}
