package dev.assay.runtime.container;

import dev.assay.protocol.lease.Fault;

/** Why a container ended, and whose fault that is. */
public enum ExitCause {
    /** Its program ended with exit code 0. */
    DONE(Fault.NONE),
    /** Its program ended with another exit code, or by a signal nobody here sent. */
    EXIT_CODE(Fault.TENANT),
    /** It reached its own memory limit. */
    OUT_OF_MEMORY(Fault.TENANT),
    /** It ran for as long as it may. */
    TIME_LIMIT(Fault.TENANT),
    /** It kept more on disk than it may. */
    DISK_LIMIT(Fault.TENANT),
    /** It wrote more to its log than anybody could keep. */
    LOG_LIMIT(Fault.TENANT),
    /** It ended well, but its outputs are missing, too many or too large. */
    OUTPUTS(Fault.TENANT),
    /** The tenant or the agent asked for its end. */
    CANCELLED(Fault.TENANT),
    /** The host ran out of memory while the container was within its limit. */
    HOST_MEMORY(Fault.PROVIDER),
    /** The engine died or was restarted under it, or this host failed it. */
    ENGINE_LOST(Fault.PROVIDER);

    private final Fault fault;

    ExitCause(Fault fault) {
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
