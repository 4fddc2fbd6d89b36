package dev.assay.verification.attest;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;

/** Checks on the contents of statements. */
final class Require {
    private Require() {}

    static void that(boolean condition, String field, String problem) throws VerificationException {
        that(condition, Code.BAD_STATEMENT, field, problem);
    }

    static void that(boolean condition, Code code, String field, String problem)
            throws VerificationException {
        if (!condition) {
            throw new VerificationException(code, field, problem);
        }
    }

    static void equal(Object actual, Object expected, String field) throws VerificationException {
        equal(actual, expected, Code.BAD_STATEMENT, field);
    }

    static void equal(Object actual, Object expected, Code code, String field)
            throws VerificationException {
        that(actual.equals(expected), code, field, "is " + actual + ", expected " + expected);
    }
}
