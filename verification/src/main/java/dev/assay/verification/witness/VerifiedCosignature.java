package dev.assay.verification.witness;

import dev.assay.verification.log.NoteSignature;

import java.time.Instant;

/**
 * Evidence that a witness cosigned a checkpoint: that at this time it was the largest the witness
 * had seen of the log, and grew from all it had seen before. Only {@link WitnessKey#verify} makes
 * one.
 */
public final class VerifiedCosignature {
    private final WitnessKey witness;
    private final NoteSignature line;
    private final Instant time;

    VerifiedCosignature(WitnessKey witness, NoteSignature line, Instant time) {
        this.witness = witness;
        this.line = line;
        this.time = time;
    }

    /** Who cosigned. */
    public WitnessKey witness() {
        return witness;
    }

    /** When, by the witness's clock. */
    public Instant time() {
        return time;
    }

    /** The line of the note. */
    public NoteSignature line() {
        return line;
    }
}
