package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Finding.Standing;

/** Something is wrong, or could not be looked at, and what rests on it is not checked any more. */
final class Halt extends Exception {
    private final Finding finding;

    private Halt(Finding finding) {
        super(finding.message());
        this.finding = finding;
    }

    /** A whole file is wrong. */
    static Halt refuted(String file, Clause clause, String message) {
        return refuted(file, Finding.WHOLE, clause, message);
    }

    /** A field of a file is wrong. */
    static Halt refuted(String file, String field, Clause clause, String message) {
        return new Halt(new Finding(Standing.REFUTED, file, field, clause, message));
    }

    /** A file could not be looked at. */
    static Halt unchecked(String file, Clause clause, String message) {
        return new Halt(Finding.of(Standing.UNCHECKED, file, clause, message));
    }

    /** A file was refused. */
    static Halt because(String file, VerificationException refusal) {
        return new Halt(Finding.of(file, refusal));
    }

    /** A file was refused, and it is this rule that it breaks. */
    static Halt because(String file, Clause clause, VerificationException refusal) {
        return new Halt(Finding.of(file, clause, refusal));
    }

    Finding finding() {
        return finding;
    }
}
