package dev.assay.market.server;

import dev.assay.market.ledger.Account;
import dev.assay.market.ledger.Citation;
import dev.assay.market.ledger.Transfer;
import dev.assay.market.store.Tables;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One business step: a transaction, and what is announced once it is committed. Nothing that a step
 * says leaves the market unless everything it wrote is on the disk.
 */
final class Step {
    private final Tables tables;
    private final Instant now;
    private final Watchers watchers;
    private final Agents agents;
    private final List<Runnable> consequences = new ArrayList<>();

    Step(Tables tables, Instant now, Watchers watchers, Agents agents) {
        this.tables = tables;
        this.now = now;
        this.watchers = watchers;
        this.agents = agents;
    }

    Tables tables() {
        return tables;
    }

    /** When the step happens. */
    Instant now() {
        return now;
    }

    /** Records an event of an order, and later tells those who watch it. */
    void event(OrderId order, OrderEvent event) {
        tables.events().append(order, now, event);
        afterwards(() -> watchers.deliver(order, event));
    }

    /** Later tells an agent. */
    void tell(KeyId provider, MarketMessage message) {
        afterwards(() -> agents.tell(provider, message));
    }

    /** Moves money; an amount of zero moves nothing. */
    void transfer(Account from, Account to, Denom denom, MicroAmount amount, Citation cause)
            throws MarketException {
        if (!amount.isZero()) {
            tables.ledger().post(new Transfer(from, to, denom, amount, cause, now));
        }
    }

    /** Does something once the step is committed. */
    void afterwards(Runnable consequence) {
        consequences.add(consequence);
    }

    List<Runnable> consequences() {
        return consequences;
    }
}
