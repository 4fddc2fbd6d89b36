package dev.assay.runtime.metering;

import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.nvml.ThrottleReason;
import dev.assay.runtime.nvml.XidKind;

import java.time.Duration;
import java.util.Set;

/** What is noticed while metering, each thing once when it begins. */
public sealed interface MeterEvent {
    /** One sentence for the log. */
    String text();

    /** The driver reported an error of a GPU. */
    record Xid(GpuId gpu, long xid) implements MeterEvent {
        public XidKind kind() {
            return XidKind.of(xid);
        }

        @Override
        public String text() {
            return gpu + ": Xid " + xid;
        }
    }

    /** A GPU does not answer any more; what was counted of it until then stands. */
    record GpuLost(GpuId gpu, String why) implements MeterEvent {
        @Override
        public String text() {
            return gpu + " is lost: " + why;
        }
    }

    /** Heat or power supply slows a GPU down. */
    record Throttled(GpuId gpu, Set<ThrottleReason> reasons) implements MeterEvent {
        public Throttled {
            reasons = Set.copyOf(reasons);
        }

        @Override
        public String text() {
            return gpu + " is slowed down: " + reasons.stream().sorted().toList();
        }
    }

    /**
     * A GPU's memory had errors that were not corrected.
     *
     * @param errors how many more there are now
     */
    record EccErrors(GpuId gpu, long errors) implements MeterEvent {
        @Override
        public String text() {
            return gpu + ": " + errors + " uncorrected memory errors";
        }
    }

    /**
     * A GPU waits for a reset to replace a row of its memory.
     *
     * @param failed there is no row to replace it with
     */
    record RowRemap(GpuId gpu, boolean failed) implements MeterEvent {
        @Override
        public String text() {
            return gpu
                    + (failed
                            ? " has no spare row left for a broken one"
                            : " needs a reset to replace a row of its memory");
        }
    }

    /** A counter fell, or rose by more than can be; what was counted until then stands. */
    record CounterReset(GpuId gpu, long before, long after) implements MeterEvent {
        @Override
        public String text() {
            return gpu + ": energy counter went from " + before + " to " + after + " mJ";
        }
    }

    /** Something is not metered, and counts nothing. */
    record NotMetered(String what, String why) implements MeterEvent {
        @Override
        public String text() {
            return what + " is not metered: " + why;
        }
    }

    /**
     * The wall clock moved against the monotonic one.
     *
     * @param by forward when positive: it was set, or the machine was suspended
     */
    record ClockJump(Duration by) implements MeterEvent {
        @Override
        public String text() {
            return "the wall clock jumped by "
                    + by
                    + (by.isNegative() ? "" : " (set, or the machine was suspended)");
        }
    }
}
