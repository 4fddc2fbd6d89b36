package dev.assay.agent.jobs;

import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Bytes;

/** Work on a lease, as the market's messages reach it. Thread-safe. */
public sealed interface LeaseWork permits Attempt, Recovery {
    /** A document that was submitted is in the log. */
    void accepted(Bytes document, long index);

    /** A document that was submitted was refused. */
    void refused(Bytes document, String reason);

    /** Asks the work to end. */
    void cancel(Cause cause);
}
