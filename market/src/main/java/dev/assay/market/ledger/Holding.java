package dev.assay.market.ledger;

import dev.assay.protocol.money.Denom;

/** One denom in one account. */
public record Holding(Account account, Denom denom) {}
