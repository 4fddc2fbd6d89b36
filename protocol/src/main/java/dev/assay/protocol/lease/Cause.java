package dev.assay.protocol.lease;

/** Why an attempt did not finish. Each cause lays the fault at one door. */
public enum Cause {
    /** The input, model or spec cannot be run as given. */
    BAD_INPUT(Fault.TENANT),
    /** The tenant cancelled the order. */
    CANCELLED(Fault.TENANT),
    /** The deadline passed before the work was done. */
    DEADLINE(Fault.PROVIDER),
    /** A blob was missing or did not match its digest. */
    BLOB(Fault.PROVIDER),
    /** The engine could not start or failed while it ran. */
    ENGINE(Fault.PROVIDER),
    /** The runner process ended before it answered. */
    RUNNER_LOST(Fault.PROVIDER),
    /** A GPU of the lease did not answer any more. */
    GPU_LOST(Fault.PROVIDER),
    /** A GPU of the lease had an error that ends or spoils what runs on it. */
    GPU_FAULT(Fault.PROVIDER),
    /** The agent's own disk or journal failed. */
    STORAGE(Fault.PROVIDER),
    /** The agent was stopped or restarted while the attempt ran. */
    AGENT_RESTARTED(Fault.PROVIDER),
    /** The agent did not come back. */
    AGENT_LOST(Fault.PROVIDER),
    /** The market refused a document it should have taken, or failed itself. */
    MARKET_ERROR(Fault.MARKET);

    private final Fault fault;

    Cause(Fault fault) {
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
