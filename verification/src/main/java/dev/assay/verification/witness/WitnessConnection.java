package dev.assay.verification.witness;

import dev.assay.verification.VerificationException;

/** How a log reaches a witness. Thread-safe. */
public interface WitnessConnection {
    /** The witness's key. */
    WitnessKey key();

    /** Asks it; fails when it does not answer in time, or not as a witness does. */
    WitnessAnswer ask(AddCheckpoint request) throws VerificationException;
}
