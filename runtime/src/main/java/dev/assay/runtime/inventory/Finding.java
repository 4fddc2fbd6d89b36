package dev.assay.runtime.inventory;

/**
 * Something about the machine that somebody should know: what was seen, and through its code what
 * that means and what to do.
 *
 * @param subject the GPU's label, or {@code machine}
 * @param saw which source said what
 */
public record Finding(FindingCode code, String subject, String saw) {
    /** The subject of findings that are about no single GPU. */
    public static final String MACHINE = "machine";
}
