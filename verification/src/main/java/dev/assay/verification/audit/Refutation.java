package dev.assay.verification.audit;

import dev.assay.verification.audit.Finding.Standing;

/** Something in the folder is wrong, and what rests on it cannot be checked any further. */
final class Refutation extends Exception {
    private final String file;
    private final String clause;

    Refutation(String file, String clause, String message) {
        super(message);
        this.file = file;
        this.clause = clause;
    }

    Finding finding() {
        return new Finding(Standing.REFUTED, file, clause, String.valueOf(getMessage()));
    }
}
