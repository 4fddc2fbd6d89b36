package dev.assay.verification.bundle;

import dev.assay.verification.dsse.VerifiedEnvelope;
import dev.assay.verification.log.LoggedLeaf;

/**
 * Evidence that a key signed a payload and that a log holds the signature. Only {@link
 * SigstoreBundle#verify} makes one.
 */
public final class VerifiedBundle {
    private final VerifiedEnvelope envelope;
    private final LoggedLeaf logged;

    VerifiedBundle(VerifiedEnvelope envelope, LoggedLeaf logged) {
        this.envelope = envelope;
        this.logged = logged;
    }

    /** What was signed, and by whom. */
    public VerifiedEnvelope envelope() {
        return envelope;
    }

    /** Where the log holds it. */
    public LoggedLeaf logged() {
        return logged;
    }
}
