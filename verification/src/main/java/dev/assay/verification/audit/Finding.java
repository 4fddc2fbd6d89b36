package dev.assay.verification.audit;

/**
 * One thing that an audit found.
 *
 * @param file the file it is about, relative to the folder; the folder itself is {@code .}
 * @param clause which rule it is about
 */
public record Finding(Standing standing, String file, String clause, String message) {
    /** What the audit can say. */
    public enum Standing {
        /** Verified here, from the folder alone. */
        PROVED,
        /** Verified to be wrong. */
        REFUTED,
        /** Beyond what a folder can show. */
        NOT_PROVED
    }
}
