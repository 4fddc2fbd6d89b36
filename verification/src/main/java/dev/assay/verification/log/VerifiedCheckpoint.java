package dev.assay.verification.log;

import dev.assay.protocol.id.Digest;

/** Evidence that a log signed a checkpoint. Only {@link SignedNote#verify} makes one. */
public final class VerifiedCheckpoint {
    private final SignedNote note;

    VerifiedCheckpoint(SignedNote note) {
        this.note = note;
    }

    /** The log's origin. */
    public String origin() {
        return note.checkpoint().origin();
    }

    /** Number of leaves in the log. */
    public long size() {
        return note.checkpoint().size();
    }

    /** Root of the log's tree. */
    public Digest root() {
        return note.checkpoint().root();
    }

    /** The checkpoint with its signatures. */
    public SignedNote note() {
        return note;
    }
}
