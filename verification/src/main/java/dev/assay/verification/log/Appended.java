package dev.assay.verification.log;

/**
 * Leaves that are durable in a log.
 *
 * @param first the index of the first; the others follow it
 * @param checkpoint the signed checkpoint that first covered them
 */
public record Appended(long first, VerifiedCheckpoint checkpoint) {}
