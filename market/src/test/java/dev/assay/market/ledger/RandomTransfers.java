package dev.assay.market.ledger;

import dev.assay.market.Papers;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;

import java.time.Instant;
import java.util.List;
import java.util.Random;

/** Transfers between a few accounts, some of which nobody can afford; the same for one seed. */
public final class RandomTransfers {
    private static final List<Account> ACCOUNTS =
            List.of(
                    Account.OUTSIDE,
                    new Account("tenant:a"),
                    new Account("provider:b"),
                    new Account("escrow:c"),
                    Account.pool("community"));

    private final Random random;

    public RandomTransfers(long seed) {
        this.random = new Random(seed);
    }

    public Transfer next() {
        int from = random.nextInt(ACCOUNTS.size());
        int to = (from + 1 + random.nextInt(ACCOUNTS.size() - 1)) % ACCOUNTS.size();
        Denom[] denoms = Denom.values();
        return new Transfer(
                ACCOUNTS.get(from),
                ACCOUNTS.get(to),
                denoms[random.nextInt(denoms.length)],
                MicroAmount.of(1 + random.nextLong(random.nextInt(20) == 0 ? Long.MAX_VALUE : 500)),
                new Citation(Citation.Kind.FUNDING, Papers.digest("" + random.nextInt(10))),
                Instant.EPOCH.plusSeconds(random.nextInt(1000)));
    }
}
