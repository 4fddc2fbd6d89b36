package dev.assay.market.ledger;

import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketException.Code;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules of double-entry books: what leaves one account arrives in another, and no account but
 * {@link Account#OUTSIDE} goes below zero. As thread-safe as its book.
 */
public final class Ledger {
    private final Book book;

    public Ledger(Book book) {
        this.book = book;
    }

    /** What an account inside the market holds. */
    public MicroAmount balance(Account account, Denom denom) {
        return MicroAmount.of(book.balance(new Holding(account, denom)));
    }

    /** The transfers that a document caused. */
    public List<Transfer> transfers(Citation cause) {
        return book.transfers(cause);
    }

    /** Makes a transfer, or changes nothing and says why not. */
    public void post(Transfer transfer) throws MarketException {
        Holding from = new Holding(transfer.from(), transfer.denom());
        Holding to = new Holding(transfer.to(), transfer.denom());
        long held = book.balance(from);
        long amount = transfer.amount().micros();
        if (held < amount && !transfer.from().mayOwe()) {
            throw new MarketException(
                    Code.INSUFFICIENT_FUNDS,
                    "account %s holds %s %s, less than the %s needed; fund it first"
                            .formatted(
                                    transfer.from(),
                                    MicroAmount.of(held),
                                    transfer.denom(),
                                    transfer.amount()));
        }
        try {
            book.enter(
                    transfer,
                    Math.subtractExact(held, amount),
                    Math.addExact(book.balance(to), amount));
        } catch (ArithmeticException e) {
            throw new MarketException(
                    Code.REFUSED, "account " + transfer.to() + " cannot hold that much", e);
        }
    }

    /**
     * Adds up every transfer from nothing and compares: no balance may differ from what the book
     * says, none may ever have been below zero, and each denom's balances must add up to zero.
     */
    public BalancedBooks check() throws MarketException {
        Map<Holding, Long> recomputed = new HashMap<>();
        int count = 0;
        for (Transfer transfer : book.transfers()) {
            long amount = transfer.amount().micros();
            Holding from = new Holding(transfer.from(), transfer.denom());
            long left = recomputed.merge(from, -amount, Math::addExact);
            if (left < 0 && !transfer.from().mayOwe()) {
                throw broken("transfer " + count + " takes " + transfer.from() + " below zero");
            }
            recomputed.merge(new Holding(transfer.to(), transfer.denom()), amount, Math::addExact);
            count++;
        }
        Map<Holding, Long> written = book.balances();
        if (!recomputed.equals(written)) {
            throw broken("the transfers add up to other balances than those written");
        }
        return new BalancedBooks(count, inside(recomputed));
    }

    private static Map<Denom, MicroAmount> inside(Map<Holding, Long> balances)
            throws MarketException {
        Map<Denom, Long> sums = new EnumMap<>(Denom.class);
        Map<Denom, Long> held = new EnumMap<>(Denom.class);
        balances.forEach(
                (holding, micros) -> {
                    sums.merge(holding.denom(), micros, Math::addExact);
                    held.merge(
                            holding.denom(),
                            holding.account().mayOwe() ? 0 : micros,
                            Math::addExact);
                });
        if (sums.values().stream().anyMatch(sum -> sum != 0)) {
            throw broken("balances do not add up to zero: " + sums);
        }
        Map<Denom, MicroAmount> inside = new EnumMap<>(Denom.class);
        held.forEach((denom, micros) -> inside.put(denom, MicroAmount.of(micros)));
        return inside;
    }

    private static MarketException broken(String problem) {
        return new MarketException(
                Code.UNAVAILABLE,
                "the market's books are damaged: " + problem + "; restore the database");
    }
}
