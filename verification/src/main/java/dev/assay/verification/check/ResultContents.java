package dev.assay.verification.check;

import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.statement.ResultPredicate.ContainerBuild;
import dev.assay.verification.statement.ResultPredicate.InferenceBuild;
import dev.assay.verification.statement.ResultPredicate.TrainingBuild;
import dev.assay.verification.statement.VerdictPredicate.Method;

import java.util.Optional;

/** The files of a result, each with the digest that the result names. */
public sealed interface ResultContents
        permits InferenceContents, TrainingContents, ContainerContents, UnusableOutput {
    /** Opens the files from a blob store. */
    static ResultContents open(AttestedResult result, BlobStore blobs)
            throws VerificationException {
        try {
            return switch (result.result().build()) {
                case InferenceBuild _ -> InferenceContents.open(result, blobs);
                case TrainingBuild _ -> TrainingContents.open(result, blobs);
                case ContainerBuild _ -> ContainerContents.open(result, blobs);
            };
        } catch (VerificationException e) {
            return UnusableOutput.because(result, e);
        }
    }

    AttestedResult result();

    /** How its units are checked. */
    default Method method() {
        return Method.of(result().lease().order().order().spec().work());
    }

    /**
     * What is wrong with the output as a whole, if anything: it must have the committed unit root.
     */
    Optional<String> refutation();

    /** Compares the root over what the output says with the committed one. */
    static Optional<String> refutation(AttestedResult result, Digest root) {
        Digest committed = result.result().unitRoot();
        return root.equals(committed)
                ? Optional.empty()
                : Optional.of(
                        "the output has unit root "
                                + root
                                + "; the result commits to "
                                + committed);
    }
}
