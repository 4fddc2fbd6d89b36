package dev.assay.market.server;

import dev.assay.market.server.Agents.Agent;
import dev.assay.protocol.id.OrderId;
import dev.assay.protocol.market.AgentMessage.ReportOutput;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.OutputAllowance;
import dev.assay.protocol.market.OutputLine;
import dev.assay.protocol.market.TenantService.Subscription;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Passes what containers write on to their order's tenant, and to nobody else. Nothing of it is
 * kept; what an agent sends too fast, or a tenant reads too slowly, is dropped and counted. Used on
 * the state thread, except for the subscriptions it hands out.
 */
final class OutputDesk {
    /** How many messages wait for a tenant. */
    private static final int MOST_WAITING = 64;

    private final AccessControl access;
    private final LeaseDesk leaseDesk;
    private final Map<OrderId, Set<Follower>> followers = new HashMap<>();
    private final Map<OrderId, OutputAllowance> allowances = new HashMap<>();

    OutputDesk(AccessControl access, LeaseDesk leaseDesk) {
        this.access = access;
        this.leaseDesk = leaseDesk;
    }

    /** A tenant's program that shows the output. */
    private static final class Follower {
        private final Mailbox mailbox;
        private final Consumer<Output> sink;
        private final AtomicInteger waiting = new AtomicInteger();
        private long dropped;

        Follower(Mailbox mailbox, Consumer<Output> sink) {
            this.mailbox = mailbox;
            this.sink = sink;
        }

        void deliver(Output output) {
            if (waiting.get() >= MOST_WAITING) {
                dropped += output.dropped() + output.lines().size();
                return;
            }
            Output whole = new Output(output.lines(), output.dropped() + dropped);
            dropped = 0;
            waiting.incrementAndGet();
            mailbox.put(
                    () -> {
                        waiting.decrementAndGet();
                        sink.accept(whole);
                    });
        }
    }

    /** Passes an order's output on from now until the order is closed. */
    Subscription follow(Bytes request, Consumer<Output> sink) throws MarketException {
        OrderId order = access.verify(request).order().id();
        Follower follower = new Follower(Mailbox.open("output " + order.brief()), sink);
        followers.computeIfAbsent(order, _ -> new LinkedHashSet<>()).add(follower);
        return follower.mailbox::stop;
    }

    /** An agent's report, which must be of its own lease. */
    void report(Agent agent, ReportOutput report) throws MarketException {
        Optional<LiveLease> lease = leaseDesk.own(agent, report.lease());
        if (lease.isEmpty()) {
            return;
        }
        Output allowed = allowed(lease.get().order(), report.output());
        Set<Follower> all = followers.getOrDefault(lease.get().order(), new LinkedHashSet<>());
        all.removeIf(follower -> follower.mailbox.isStopped());
        all.forEach(follower -> follower.deliver(allowed));
    }

    private Output allowed(OrderId order, Output output) {
        OutputAllowance allowance =
                allowances.computeIfAbsent(order, _ -> new OutputAllowance(System::nanoTime, 2));
        List<OutputLine> passed = new ArrayList<>();
        long dropped = output.dropped();
        for (OutputLine line : output.lines()) {
            if (allowance.take(line.text().length())) {
                passed.add(line);
            } else {
                dropped++;
            }
        }
        return new Output(passed, dropped);
    }

    /** The order is closed. */
    void closed(OrderId order) {
        Set<Follower> ending = followers.remove(order);
        if (ending != null) {
            ending.forEach(follower -> follower.mailbox.finish());
        }
        allowances.remove(order);
    }

    /** Ends every subscription; returns the mailboxes that still deliver what is on its way. */
    Collection<Mailbox> close() {
        List<Mailbox> all =
                followers.values().stream()
                        .flatMap(Set::stream)
                        .map(follower -> follower.mailbox)
                        .toList();
        all.forEach(Mailbox::finish);
        followers.clear();
        return all;
    }
}
