package dev.assay.agent.jobs;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.market.AgentMessage.ReportProgress;
import dev.assay.protocol.market.MarketException;
import dev.assay.protocol.market.Progress;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tells the market how far an attempt is: at the end, and until then at most every {@link
 * #INTERVAL}, whatever is offered. Used by one thread.
 */
final class ProgressReporter {
    static final Duration INTERVAL = Duration.ofMillis(100);

    private final LeaseId lease;
    private final Outbox outbox;
    private final LongSupplier nanoClock;
    private long reported;

    ProgressReporter(LeaseId lease, Outbox outbox, LongSupplier nanoClock) {
        this.lease = lease;
        this.outbox = outbox;
        this.nanoClock = nanoClock;
        this.reported = nanoClock.getAsLong();
    }

    /** Reports this, if it is time to. */
    void offer(Progress progress) throws AttemptFailure {
        long now = nanoClock.getAsLong();
        if (now - reported < INTERVAL.toNanos() && progress.done() < progress.total()) {
            return;
        }
        reported = now;
        try {
            outbox.send(new ReportProgress(lease, progress));
        } catch (MarketException e) {
            throw AttemptFailure.of(e);
        }
    }
}
