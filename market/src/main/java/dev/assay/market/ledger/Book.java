package dev.assay.market.ledger;

import java.util.List;
import java.util.Map;

/** Where the books are written. {@link Ledger} holds the rules; a book only remembers. */
public interface Book {
    /** Micro-units held; 0 for a holding never written, negative only for what may owe. */
    long balance(Holding holding);

    /** Writes a transfer down with the balances it leaves behind. */
    void enter(Transfer transfer, long fromBalance, long toBalance);

    /** Every transfer, in the order of entry. */
    List<Transfer> transfers();

    /** The transfers with one cause, in the order of entry. */
    List<Transfer> transfers(Citation cause);

    /** Every holding ever written. */
    Map<Holding, Long> balances();
}
