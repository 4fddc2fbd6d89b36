package dev.assay.runtime.nvml;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Why a device's clocks are below their maximum now: the bits of {@code nvmlClocksEventReasons}.
 */
public enum ThrottleReason {
    IDLE(0x1, false),
    APPLICATION_CLOCKS(0x2, false),
    POWER_CAP(0x4, false),
    HARDWARE_SLOWDOWN(0x8, true),
    SYNC_BOOST(0x10, false),
    SOFTWARE_THERMAL(0x20, true),
    HARDWARE_THERMAL(0x40, true),
    POWER_BRAKE(0x80, true),
    DISPLAY_CLOCKS(0x100, false);

    private final long bit;
    private final boolean fault;

    ThrottleReason(long bit, boolean fault) {
        this.bit = bit;
        this.fault = fault;
    }

    /** Whether it says that cooling or power supply does not hold up. */
    public boolean isFault() {
        return fault;
    }

    /** The reasons of a bit mask; bits that newer drivers define are left out. */
    static Set<ThrottleReason> of(long mask) {
        EnumSet<ThrottleReason> reasons = EnumSet.noneOf(ThrottleReason.class);
        for (ThrottleReason reason : values()) {
            if ((mask & reason.bit) != 0) {
                reasons.add(reason);
            }
        }
        return Collections.unmodifiableSet(reasons);
    }
}
