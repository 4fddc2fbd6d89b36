package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;

/**
 * One thing that an audit found.
 *
 * @param file the file or directory it is about, relative to what is audited, which itself is
 *     {@code .}
 * @param field the field of the file, such as {@code usage.sequence} or a path in its JSON, or
 *     {@link #WHOLE}
 * @param clause which rule it is about
 */
public record Finding(Standing standing, String file, String field, Clause clause, String message) {
    /** The field of a finding that is about a whole file, or more than one. */
    public static final String WHOLE = "*";

    /** What the audit can say. */
    public enum Standing {
        /** Verified here, from what is audited alone. */
        PROVED,
        /** Verified to be wrong. */
        REFUTED,
        /** What the audit is there to check, and could not. */
        UNCHECKED,
        /** Beyond what the evidence at hand can show. */
        NOT_PROVED
    }

    /** A finding about a whole file. */
    public static Finding of(Standing standing, String file, Clause clause, String message) {
        return new Finding(standing, file, WHOLE, clause, message);
    }

    /** What a refusal says of a file: unreadable is unchecked, all else is wrong. */
    public static Finding of(String file, VerificationException refusal) {
        return of(file, Clause.of(refusal), refusal);
    }

    /** The same, of a rule that the refusal does not know. */
    public static Finding of(String file, Clause clause, VerificationException refusal) {
        Standing standing =
                switch (refusal.code()) {
                    case IO, LOG_IN_USE, REPLAY_FAILED, UNKNOWN_ROOT -> Standing.UNCHECKED;
                    case BAD_ENCODING,
                            BAD_KEY,
                            BAD_SIGNATURE,
                            BAD_STATEMENT,
                            BROKEN_CHAIN,
                            BAD_PERIOD,
                            IMPOSSIBLE_USAGE,
                            BAD_CONTENTS,
                            BAD_OUTPUT,
                            BAD_PROOF,
                            BAD_CHECKPOINT,
                            LOG_CORRUPT,
                            TOO_LARGE ->
                            Standing.REFUTED;
                };
        return new Finding(
                standing, file, refusal.field().orElse(WHOLE), clause, refusal.problem());
    }
}
