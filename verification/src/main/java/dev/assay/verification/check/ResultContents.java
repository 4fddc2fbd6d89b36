package dev.assay.verification.check;

import dev.assay.models.ModelException;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Inference;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.UnitCommitments;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a result: model, input and output, each with the digest that the result names.
 * Immutable, thread-safe.
 */
public final class ResultContents {
    /** Name of the one tensor in an output file. */
    public static final String OUTPUT_TENSOR = "output";

    private final AttestedResult result;
    private final ModelPackage model;
    private final RowFormat.Rows rows;
    private final Tensor output;

    private ResultContents(
            AttestedResult result, ModelPackage model, RowFormat.Rows rows, Tensor output) {
        this.result = result;
        this.model = model;
        this.rows = rows;
        this.output = output;
    }

    /** Opens the files from a blob store. */
    public static ResultContents open(AttestedResult result, BlobStore blobs)
            throws VerificationException {
        try {
            ModelPackage model = ModelPackage.open(blobs, result.result().model());
            return open(
                    result,
                    model,
                    blobs.file(result.result().input()),
                    blobs.file(result.result().output()));
        } catch (ModelException | BlobException e) {
            throw unreadable(e);
        }
    }

    /** Opens the files, whose digests must be those that the result names. */
    public static ResultContents open(
            AttestedResult result, Path manifest, Path weights, Path input, Path output)
            throws VerificationException {
        try {
            ModelPackage model = ModelPackage.open(manifest, weights);
            require(model.digest(), result.result().model(), manifest);
            require(Digest.sha256(input), result.result().input(), input);
            require(Digest.sha256(output), result.result().output(), output);
            return open(result, model, input, output);
        } catch (ModelException | java.io.IOException e) {
            throw unreadable(e);
        }
    }

    private static ResultContents open(
            AttestedResult result, ModelPackage model, Path input, Path outputFile)
            throws ModelException, VerificationException {
        ModelManifest manifest = model.manifest();
        Inference work = work(result);
        require(model.graph().digest(), result.result().graphDigest(), "the model's graph");
        RowFormat.Rows rows = manifest.rows().read(input);
        if (rows.count() != work.rows()) {
            throw bad(input + ": " + rows.count() + " rows; the job spec says " + work.rows());
        }
        Map<String, Tensor> tensors = Safetensors.read(outputFile);
        Tensor output = tensors.get(OUTPUT_TENSOR);
        Shape expected = manifest.output().shape().withBatch((int) work.rows());
        if (tensors.size() != 1 || output == null || !output.shape().equals(expected)) {
            throw bad(
                    outputFile
                            + ": expected one tensor '"
                            + OUTPUT_TENSOR
                            + "' of shape "
                            + expected);
        }
        return new ResultContents(result, model, rows, output);
    }

    public AttestedResult result() {
        return result;
    }

    public ModelPackage model() {
        return model;
    }

    /** What the provider says the model yields for all rows. */
    public Tensor output() {
        return output;
    }

    /** The true labels of the input's rows; empty when it has none. */
    public List<String> labels() {
        return rows.labels();
    }

    /** The model's input for a unit. */
    public Tensor unitInput(int unit) {
        Inference work = work(result);
        return model.manifest().input(rows.values(), work.firstRow(unit), work.rowsIn(unit));
    }

    /** What the provider says the model yields for a unit. */
    public Tensor unitOutput(int unit) {
        Inference work = work(result);
        return output.rows(work.firstRow(unit), work.rowsIn(unit));
    }

    /**
     * What is wrong with the output as a whole, if anything: it must have the committed unit root.
     */
    public Optional<String> refutation() {
        Inference work = work(result);
        UnitCommitments commitments = new UnitCommitments(work);
        for (int unit = 0; unit < work.units(); unit++) {
            commitments.add(unitOutput(unit).digest());
        }
        Digest root = commitments.root();
        Digest committed = result.result().unitRoot();
        return root.equals(committed)
                ? Optional.empty()
                : Optional.of(
                        "the output has unit root "
                                + root
                                + "; the result commits to "
                                + committed);
    }

    private static Inference work(AttestedResult result) {
        return result.lease().order().order().spec().inference();
    }

    private static void require(Digest actual, Digest named, Object what)
            throws VerificationException {
        if (!actual.equals(named)) {
            throw bad(what + " has digest " + actual + "; the result names " + named);
        }
    }

    private static VerificationException bad(String message) {
        return new VerificationException(Code.BAD_CONTENTS, message);
    }

    private static VerificationException unreadable(Exception e) {
        return new VerificationException(Code.BAD_CONTENTS, String.valueOf(e.getMessage()), e);
    }
}
