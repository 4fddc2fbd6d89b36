package dev.assay.agent;

import dev.assay.agent.jobs.LeaseWork;
import dev.assay.agent.jobs.Outbox;
import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.AttemptState;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.AgentHello;
import dev.assay.protocol.market.AgentMessage;
import dev.assay.protocol.market.AgentMessage.ReportAttempt;
import dev.assay.protocol.market.AgentMessage.SubmitReceipt;
import dev.assay.protocol.market.AgentMessage.SubmitResult;
import dev.assay.protocol.market.AgentService;
import dev.assay.protocol.market.Bytes;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.MarketMessage;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * A market that writes down what it hears and logs every document at once, unless a test reacts
 * otherwise. It serves one agent, or one attempt without an agent.
 */
public final class FakeMarket implements AgentService, Outbox {
    /** What a test does about a message, on the thread that sent it. */
    @FunctionalInterface
    public interface Reaction {
        /** Returns whether that was all; otherwise the market goes on as usual. */
        boolean to(AgentMessage message) throws MarketException;
    }

    /** The thread of every receipt. */
    public final Set<Thread> receiptThreads = ConcurrentHashMap.newKeySet();

    /** What was sent and heard: both ways, in order. */
    private final List<AgentMessage> heard = new ArrayList<>();

    private final List<AgentHello> hellos = new ArrayList<>();
    private final ReentrantLock delivery = new ReentrantLock();
    private volatile Reaction reaction = _ -> false;
    private volatile MarketListener listener = new Deaf();
    private volatile Runnable whenConnecting = () -> {};
    private int closings;
    private long index;

    private static final class Deaf implements MarketListener {
        @Override
        public void received(MarketMessage message) {}

        @Override
        public void disconnected(String reason) {}
    }

    public void react(Reaction to) {
        reaction = to;
    }

    /** Does this while an agent connects, after it is known. */
    public void whenConnecting(Runnable action) {
        whenConnecting = action;
    }

    /** Answers one piece of work instead of an agent. */
    public void serve(LeaseWork work) {
        listener =
                new MarketListener() {
                    @Override
                    public void received(MarketMessage message) {
                        switch (message) {
                            case MarketMessage.Accepted yes ->
                                    work.accepted(yes.envelope(), yes.index());
                            case MarketMessage.Refused no ->
                                    work.refused(no.envelope(), no.reason());
                            default -> throw new AssertionError(message);
                        }
                    }

                    @Override
                    public void disconnected(String reason) {}
                };
    }

    @Override
    public AgentConnection connect(AgentHello hello, MarketListener agent) {
        synchronized (this) {
            hellos.add(hello);
        }
        listener = agent;
        whenConnecting.run();
        return new AgentConnection() {
            @Override
            public void send(AgentMessage message) throws MarketException {
                FakeMarket.this.send(message);
            }

            @Override
            public void close() {
                synchronized (FakeMarket.this) {
                    closings++;
                }
            }
        };
    }

    @Override
    public void send(AgentMessage message) throws MarketException {
        synchronized (this) {
            heard.add(message);
            notifyAll();
        }
        if (message instanceof SubmitReceipt) {
            receiptThreads.add(Thread.currentThread());
        }
        if (!reaction.to(message)) {
            switch (message) {
                case SubmitReceipt receipt -> accept(receipt.lease(), receipt.envelope());
                case SubmitResult result -> accept(result.lease(), result.envelope());
                default -> {}
            }
        }
    }

    /** Logs a document. */
    public void accept(LeaseId lease, Bytes document) {
        long at;
        synchronized (this) {
            at = index++;
        }
        tell(new MarketMessage.Accepted(lease, document, at));
    }

    /** Refuses a document. */
    public void refuse(LeaseId lease, Bytes document, String reason) {
        tell(new MarketMessage.Refused(lease, document, reason));
    }

    /** Says something to the agent: one thing at a time. */
    public void tell(MarketMessage message) {
        delivery.lock();
        try {
            listener.received(message);
        } finally {
            delivery.unlock();
        }
    }

    /** Everything it heard so far. */
    public synchronized List<AgentMessage> heard() {
        return List.copyOf(heard);
    }

    public synchronized List<AgentHello> hellos() {
        return List.copyOf(hellos);
    }

    /** How often a connection was closed. */
    public synchronized int closings() {
        return closings;
    }

    /** Waits for a message, which may have come before. */
    public synchronized AgentMessage await(Predicate<AgentMessage> wanted)
            throws InterruptedException {
        while (true) {
            Optional<AgentMessage> found = heard.stream().filter(wanted).findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            wait();
        }
    }

    /** Waits for the report of a lease's final state. */
    public ReportAttempt awaitEnd(LeaseId lease) throws InterruptedException {
        return (ReportAttempt)
                await(
                        message ->
                                message instanceof ReportAttempt report
                                        && report.lease().equals(lease)
                                        && report.state().isFinal());
    }

    /** The states that were reported, in order. */
    public List<AttemptState> states() {
        return reports().stream().map(ReportAttempt::state).toList();
    }

    /** The last report. */
    public ReportAttempt last() {
        return reports().getLast();
    }

    /** Whether the lease ended for this cause, as far as the market was told. */
    public Optional<Cause> cause() {
        return last().cause();
    }

    public List<Bytes> receipts() {
        return heard().stream()
                .filter(SubmitReceipt.class::isInstance)
                .map(message -> ((SubmitReceipt) message).envelope())
                .toList();
    }

    public List<Bytes> results() {
        return heard().stream()
                .filter(SubmitResult.class::isInstance)
                .map(message -> ((SubmitResult) message).envelope())
                .toList();
    }

    private List<ReportAttempt> reports() {
        return heard().stream()
                .filter(ReportAttempt.class::isInstance)
                .map(ReportAttempt.class::cast)
                .toList();
    }
}
