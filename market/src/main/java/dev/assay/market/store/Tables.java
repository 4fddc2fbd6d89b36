package dev.assay.market.store;

import dev.assay.market.ledger.Ledger;

import org.jdbi.v3.core.Handle;

/** The tables, for the time of one transaction. */
public final class Tables {
    private final Handle handle;

    Tables(Handle handle) {
        this.handle = handle;
    }

    /** The books. */
    public Ledger ledger() {
        return new Ledger(new SqlBook(handle));
    }

    /** Public keys. */
    public PartyTable parties() {
        return new PartyTable(handle);
    }

    /** Orders and the bids on them. */
    public OrderTable orders() {
        return new OrderTable(handle);
    }

    /** Leases. */
    public LeaseTable leases() {
        return new LeaseTable(handle);
    }

    /** What happened to each order. */
    public EventTable events() {
        return new EventTable(handle);
    }

    /** How leases ended. */
    public OutcomeTable outcomes() {
        return new OutcomeTable(handle);
    }
}
