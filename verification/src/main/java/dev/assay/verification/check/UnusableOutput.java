package dev.assay.verification.check;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.AttestedResult;

import java.util.Optional;

/**
 * What a provider committed to is no output of the work: the file is missing, or is not of the form
 * that the work yields. Every unit of it fails.
 *
 * @param field of the result, when that is what does not fit
 */
public record UnusableOutput(AttestedResult result, Optional<String> field, String problem)
        implements ResultContents {
    /** The field of a result that names the graph or script that ran. */
    static final String GRAPH = "result.graphDigest";

    /** The result whose files did not open for this reason; others' files are no fault of its. */
    public static UnusableOutput because(AttestedResult result, VerificationException e)
            throws VerificationException {
        if (e.code() != Code.BAD_OUTPUT) {
            throw e;
        }
        return new UnusableOutput(result, e.field(), e.problem());
    }

    @Override
    public Optional<String> refutation() {
        return Optional.of(field.map(name -> name + ": " + problem).orElse(problem));
    }
}
