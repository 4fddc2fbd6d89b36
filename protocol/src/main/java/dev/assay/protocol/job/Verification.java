package dev.assay.protocol.job;

/**
 * How the result is checked before it is paid.
 *
 * @param auditBasisPoints share of the units that is drawn and replayed, in hundredths of a
 *     percent, 1 to 10,000
 */
public record Verification(int auditBasisPoints) {
    public Verification {
        if (auditBasisPoints < 1 || auditBasisPoints > 10_000) {
            throw new IllegalArgumentException("the audited share must be from 0.01% to 100%");
        }
    }

    /** How many of {@code units} are drawn: the share rounded up, so at least one. */
    public int drawn(int units) {
        return Math.toIntExact(((long) units * auditBasisPoints + 9_999) / 10_000);
    }
}
