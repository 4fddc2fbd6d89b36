package dev.assay.verification.check;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.AttestedResult;

import java.util.Optional;

/**
 * What a provider committed to is no output of the work: the file is missing, or is not of the form
 * that the work yields. Every unit of it fails.
 */
public record UnusableOutput(AttestedResult result, String problem) implements ResultContents {
    /** The result whose files did not open for this reason; others' files are no fault of its. */
    public static UnusableOutput because(AttestedResult result, VerificationException e)
            throws VerificationException {
        if (e.code() != Code.BAD_OUTPUT) {
            throw e;
        }
        return new UnusableOutput(result, String.valueOf(e.getMessage()));
    }

    @Override
    public Optional<String> refutation() {
        return Optional.of(problem);
    }
}
