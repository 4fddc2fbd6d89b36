package dev.assay.verification.check;

import dev.assay.models.ModelException;
import dev.assay.models.pack.Manifest;
import dev.assay.models.pack.PackagedModel;
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
import dev.assay.verification.statement.ResultPredicate.InferenceBuild;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files of an inference: model, input and output. Immutable, thread-safe. */
public final class InferenceContents implements ResultContents {
    /** Name of the one tensor in an output file. */
    public static final String OUTPUT_TENSOR = "output";

    private final AttestedResult result;
    private final InferenceBuild build;
    private final PackagedModel model;
    private final RowFormat.Rows rows;
    private final Tensor output;

    private InferenceContents(
            AttestedResult result, PackagedModel model, RowFormat.Rows rows, Tensor output) {
        this.result = result;
        this.build = build(result);
        this.model = model;
        this.rows = rows;
        this.output = output;
    }

    /** Opens the files from a blob store. */
    public static InferenceContents open(AttestedResult result, BlobStore blobs)
            throws VerificationException {
        try {
            PackagedModel model = PackagedModel.open(blobs, build(result).model());
            Path input = blobs.file(build(result).input());
            return open(result, model, input, ProviderFiles.find(blobs, result.result().output()));
        } catch (ModelException | BlobException e) {
            throw unreadable(e);
        }
    }

    /**
     * Opens the files, whose digests must be those that the result names.
     *
     * @param companion what lies beside the model's manifest: its weights, or its script
     */
    public static InferenceContents open(
            AttestedResult result, Path manifest, Path companion, Path input, Path output)
            throws VerificationException {
        try {
            PackagedModel model = PackagedModel.open(manifest, companion);
            require(model.digest(), build(result).model(), manifest);
            require(Digest.sha256(input), build(result).input(), input);
            require(Digest.sha256(output), result.result().output(), output);
            return open(result, model, input, output);
        } catch (ModelException | java.io.IOException e) {
            throw unreadable(e);
        }
    }

    private static InferenceContents open(
            AttestedResult result, PackagedModel model, Path input, Path outputFile)
            throws ModelException, VerificationException {
        Manifest manifest = model.manifest();
        Inference work = work(result);
        if (!manifest.program().equals(build(result).graph())) {
            throw ProviderFiles.bad(
                    UnusableOutput.GRAPH, "is another graph or script than the model's");
        }
        RowFormat.Rows rows = manifest.rows().read(input);
        if (rows.count() != work.rows()) {
            throw bad(input + ": " + rows.count() + " rows; the job spec says " + work.rows());
        }
        Map<String, Tensor> tensors = tensors(outputFile);
        Tensor output = tensors.get(OUTPUT_TENSOR);
        String columns =
                manifest.outputColumns().isPresent()
                        ? Integer.toString(manifest.outputColumns().getAsInt())
                        : "columns";
        if (tensors.size() != 1 || output == null || !fits(output.shape(), work, manifest)) {
            throw ProviderFiles.bad(
                    outputFile
                            + ": expected one tensor '"
                            + OUTPUT_TENSOR
                            + "' of shape ["
                            + work.rows()
                            + ", "
                            + columns
                            + "]");
        }
        return new InferenceContents(result, model, rows, output);
    }

    private static boolean fits(Shape shape, Inference work, Manifest manifest) {
        return shape.rank() == 2
                && shape.dim(0) == work.rows()
                && shape.dim(1) == manifest.outputColumns().orElse(shape.dim(1));
    }

    private static Map<String, Tensor> tensors(Path outputFile) throws VerificationException {
        try {
            return Safetensors.read(outputFile);
        } catch (ModelException e) {
            throw ProviderFiles.malformed(e);
        }
    }

    @Override
    public AttestedResult result() {
        return result;
    }

    /** Digest of the input file. */
    public Digest input() {
        return build.input();
    }

    public PackagedModel model() {
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

    @Override
    public Optional<String> refutation() {
        Inference work = work(result);
        UnitCommitments commitments = new UnitCommitments(work);
        for (int unit = 0; unit < work.units(); unit++) {
            commitments.add(unitOutput(unit).digest());
        }
        return ResultContents.refutation(result, commitments.root());
    }

    private static Inference work(AttestedResult result) {
        return (Inference) result.lease().order().order().spec().work();
    }

    /** What the statement says was run; {@link AttestedResult} has compared it with the order. */
    private static InferenceBuild build(AttestedResult result) {
        return (InferenceBuild) result.result().build();
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
