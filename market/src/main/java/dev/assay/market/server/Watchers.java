package dev.assay.market.server;

import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.OrderEvent;
import dev.assay.protocol.market.TenantService.Subscription;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Who watches which order. Used on the state thread, except for the subscriptions it hands out. */
final class Watchers {
    private final Map<OrderId, Set<Watcher>> byOrder = new HashMap<>();

    private Consumer<OrderId> whenClosed = _ -> {};

    private record Watcher(Mailbox mailbox, Consumer<OrderEvent> events) {
        void deliver(OrderEvent event) {
            mailbox.put(() -> events.accept(event));
        }
    }

    /** Has this told of every order that is closed from now on. */
    void whenClosed(Consumer<OrderId> told) {
        whenClosed = whenClosed.andThen(told);
    }

    /** Delivers an order's past, and then its future as it happens. */
    Subscription add(OrderId order, List<OrderEvent> past, Consumer<OrderEvent> events) {
        Watcher watcher = new Watcher(Mailbox.open("order " + order.brief()), events);
        past.forEach(watcher::deliver);
        if (!past.isEmpty() && past.getLast() instanceof OrderEvent.Closed) {
            watcher.mailbox().finish();
        } else {
            byOrder.computeIfAbsent(order, _ -> new LinkedHashSet<>()).add(watcher);
        }
        return watcher.mailbox()::stop;
    }

    void deliver(OrderId order, OrderEvent event) {
        Set<Watcher> watchers = byOrder.getOrDefault(order, new LinkedHashSet<>());
        watchers.removeIf(watcher -> watcher.mailbox().isStopped());
        watchers.forEach(watcher -> watcher.deliver(event));
        if (event instanceof OrderEvent.Closed) {
            watchers.forEach(watcher -> watcher.mailbox().finish());
            byOrder.remove(order);
            whenClosed.accept(order);
        }
    }

    /** Ends every subscription; returns the mailboxes that still deliver what is on its way. */
    Collection<Mailbox> close() {
        List<Mailbox> all =
                byOrder.values().stream().flatMap(Set::stream).map(Watcher::mailbox).toList();
        all.forEach(Mailbox::finish);
        byOrder.clear();
        return all;
    }
}
