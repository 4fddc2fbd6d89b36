package dev.assay.agent.jobs;

import dev.assay.protocol.id.LeaseId;
import dev.assay.protocol.lease.Cause;
import dev.assay.runtime.metering.MeterEvent;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decides what the metering of an attempt means for it: a GPU that is lost, or that ended or
 * spoiled what ran on it, fails the attempt by the provider's fault; everything else is a line in
 * the log.
 */
final class MeterWatch implements Consumer<MeterEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(MeterWatch.class);

    private final LeaseId lease;
    private final Cancellation cancellation;

    MeterWatch(LeaseId lease, Cancellation cancellation) {
        this.lease = lease;
        this.cancellation = cancellation;
    }

    /** Returns at once: what a failure interrupts may take its time, and the sampler has others. */
    @Override
    public void accept(MeterEvent event) {
        Optional<Cause> failure = failure(event);
        if (failure.isEmpty()) {
            LOG.warn("lease {}: {}", lease.brief(), event.text());
            return;
        }
        AttemptFailure reason = new AttemptFailure(failure.get(), event.text());
        Thread.ofVirtual()
                .name("gpu-fault-" + lease.brief())
                .start(() -> cancellation.request(reason));
    }

    /** Memory errors of a divided GPU may be another instance's; its own come with an Xid. */
    static Optional<Cause> failure(MeterEvent event) {
        return switch (event) {
            case MeterEvent.GpuLost _ -> Optional.of(Cause.GPU_LOST);
            case MeterEvent.Xid xid ->
                    switch (xid.kind()) {
                        case FATAL -> Optional.of(Cause.GPU_FAULT);
                        case PROGRAM, WARNING -> Optional.empty();
                    };
            case MeterEvent.EccErrors errors ->
                    errors.gpu().isMig() ? Optional.empty() : Optional.of(Cause.GPU_FAULT);
            case MeterEvent.Throttled _,
                    MeterEvent.RowRemap _,
                    MeterEvent.CounterReset _,
                    MeterEvent.NotMetered _,
                    MeterEvent.ClockJump _ ->
                    Optional.empty();
        };
    }
}
