package dev.assay.agent.journal;

/** How a claim ended. */
public enum ClaimOutcome {
    /** The work on it came to its end, or was cancelled; the GPU is free. */
    RELEASED,
    /** The attempt that held it failed; the GPU is free. */
    FAILED,
    /** The GPU is gone, unhealthy, or in use by somebody else. */
    LOST,
    /** An earlier process of the agent held it, and no attempt goes on with it. */
    RECONCILED
}
