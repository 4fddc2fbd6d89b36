package dev.assay.market.ledger;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;

/**
 * An account of the books, by its name. An account holds any number of denoms, which never mix.
 *
 * @param name as settlements write it
 */
public record Account(String name) {
    /** Everything beyond the market: deposits come from it. The only account that may owe. */
    public static final Account OUTSIDE = new Account("outside");

    /** What a tenant may spend. */
    public static Account tenant(KeyId tenant) {
        return new Account("tenant:" + tenant.hex());
    }

    /** What a provider has earned or put in. */
    public static Account provider(KeyId provider) {
        return new Account("provider:" + provider.hex());
    }

    /** The deposit held for one order and its lease. */
    public static Account escrow(OrderId order) {
        return new Account("escrow:" + order.hex());
    }

    /** The deposit that stands behind one provider's bid. */
    public static Account bid(OrderId order, KeyId provider) {
        return new Account("bid:" + order.hex() + ":" + provider.hex());
    }

    /** A pool that shares in the fees. */
    public static Account pool(String name) {
        return new Account("pool:" + name);
    }

    boolean mayOwe() {
        return equals(OUTSIDE);
    }

    @Override
    public String toString() {
        return name;
    }
}
