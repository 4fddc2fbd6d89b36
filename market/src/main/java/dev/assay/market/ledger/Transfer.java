package dev.assay.market.ledger;

import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;

import java.time.Instant;

/**
 * A movement of money from one account to another.
 *
 * @param amount more than zero
 * @param cause what justifies it
 */
public record Transfer(
        Account from, Account to, Denom denom, MicroAmount amount, Citation cause, Instant at) {
    public Transfer {
        if (amount.isZero() || from.equals(to)) {
            throw new IllegalArgumentException(
                    "a transfer moves more than 0 between two accounts: " + from + " to " + to);
        }
    }
}
