package dev.assay.runtime.metering;

import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.nvml.EccErrors;
import dev.assay.runtime.nvml.RemappedRows;
import dev.assay.runtime.nvml.ThrottleReason;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The faults of one GPU since the first reading, each told once when it begins. What was there
 * before is the inventory's to find, except that being slowed down is told whenever it is so. Not
 * thread-safe.
 */
final class GpuHealth {
    private final GpuId gpu;
    private Set<ThrottleReason> slowed = Set.of();
    private Optional<EccErrors> errors = Optional.empty();
    private Optional<RemappedRows> rows = Optional.empty();

    GpuHealth(GpuId gpu) {
        this.gpu = gpu;
    }

    void read(GpuReading reading, Consumer<MeterEvent> events) {
        reading.xids().forEach(xid -> events.accept(new MeterEvent.Xid(gpu, xid)));
        reading.throttling().known().ifPresent(reasons -> throttling(reasons, events));
        reading.eccErrors().known().ifPresent(now -> errors(now, events));
        reading.remappedRows().known().ifPresent(now -> rows(now, events));
    }

    private void throttling(Set<ThrottleReason> reasons, Consumer<MeterEvent> events) {
        Set<ThrottleReason> faults = EnumSet.noneOf(ThrottleReason.class);
        reasons.stream().filter(ThrottleReason::isFault).forEach(faults::add);
        Set<ThrottleReason> begun = EnumSet.copyOf(faults);
        begun.removeAll(slowed);
        if (!begun.isEmpty()) {
            events.accept(new MeterEvent.Throttled(gpu, begun));
        }
        slowed = faults;
    }

    /** A count that fell began again with the driver; what it has since then is new. */
    private void errors(EccErrors now, Consumer<MeterEvent> events) {
        if (errors.isPresent()) {
            long before = errors.get().uncorrected();
            long more = now.uncorrected() < before ? now.uncorrected() : now.uncorrected() - before;
            if (more > 0) {
                events.accept(new MeterEvent.EccErrors(gpu, more));
            }
        }
        errors = Optional.of(now);
    }

    private void rows(RemappedRows now, Consumer<MeterEvent> events) {
        if (rows.isPresent()) {
            if (now.failed() && !rows.get().failed()) {
                events.accept(new MeterEvent.RowRemap(gpu, true));
            }
            if (now.pending() && !rows.get().pending()) {
                events.accept(new MeterEvent.RowRemap(gpu, false));
            }
        }
        rows = Optional.of(now);
    }
}
