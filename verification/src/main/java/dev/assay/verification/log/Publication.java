package dev.assay.verification.log;

/** When a log shows a checkpoint to everyone. */
public enum Publication {
    /** As soon as it is durable. */
    EVERY_COMMIT,
    /** When {@link TransparencyLog#publish} is given it with the cosignatures of witnesses. */
    WHEN_WITNESSED
}
