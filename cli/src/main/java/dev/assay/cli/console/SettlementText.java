package dev.assay.cli.console;

import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.verification.statement.SettlementPredicate;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells a settlement to the micro-unit: what was owed, and every transfer with its purpose.
 *
 * @param names a provider's name by its key
 */
record SettlementText(LabelledLines lines, Function<KeyId, String> names) {
    /**
     * Writes the settlement.
     *
     * @param unit what the quantity counts, when the order is known
     */
    void settled(SettlementPredicate settlement, Optional<PriceUnit> unit) {
        String owed = unit.map(u -> " for " + Words.quantity(settlement.quantity(), u)).orElse("");
        lines.say(
                "settled",
                lines.terminal().bold(settlement.owed() + " " + settlement.denom())
                        + " owed"
                        + owed);
        for (SettlementPredicate.Transfer transfer : settlement.transfers()) {
            lines.say(
                    "",
                    String.format(
                            Locale.ROOT,
                            "%14s  %-12s %s",
                            transfer.amount(),
                            purpose(transfer.purpose()),
                            account(transfer.to())));
        }
    }

    private static String purpose(SettlementPredicate.Purpose purpose) {
        return switch (purpose) {
            case PAYMENT -> "paid to";
            case FEE -> "fee to";
            case REFUND -> "refund to";
            case BID_DEPOSIT -> "bid deposit to";
            case SLASH -> "slashed to";
        };
    }

    private String account(String account) {
        if (account.startsWith("provider:")) {
            KeyId key = KeyId.parse(account.substring("provider:".length()));
            return "provider " + names.apply(key);
        }
        return account.startsWith("tenant:") ? "tenant" : account.replace(':', ' ');
    }
}
