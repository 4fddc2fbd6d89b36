package dev.assay.market;

import dev.assay.models.ModelException;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.verification.attest.UnitCommitments;
import dev.assay.verification.check.InferenceContents;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a lease's papers say of the work.
 *
 * @param unitRoots the root over the first n units, by n
 */
public record Work(
        Digest model, Digest graph, Digest input, Digest output, List<Digest> unitRoots) {
    /** Digests of nothing in particular, for tests in which nobody looks at the files. */
    public static final Work NOMINAL =
            new Work(
                    Papers.digest("model"),
                    Papers.digest("graph"),
                    Papers.digest("input"),
                    Papers.digest("output"),
                    IntStream.rangeClosed(0, 32)
                            .mapToObj(
                                    units ->
                                            units == 0
                                                    ? UnitCommitments.EMPTY_ROOT
                                                    : Papers.digest("units " + units))
                            .toList());

    private static final int COLUMNS = 2;

    /**
     * Real files in a blob store: a model that clips two columns at zero, its input, and an output
     * that is right, or wrong in every row. The provider commits to the output either way.
     */
    public static Work real(Path directory, BlobStore blobs, boolean right)
            throws IOException, ModelException, BlobException {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, COLUMNS))
                        .node("y", new Operator.Relu(), "x")
                        .build("y");
        byte[] weights = Safetensors.write(Map.of());
        ModelManifest manifest =
                new ModelManifest(
                        "clip",
                        graph,
                        Digest.sha256(weights),
                        new RowFormat(COLUMNS, -9, 9, 1),
                        List.of());
        Path manifestFile = Files.write(directory.resolve("model.json"), manifest.bytes());
        Path weightsFile = Files.write(directory.resolve("weights"), weights);
        Digest model = ModelPackage.store(manifestFile, weightsFile, blobs);
        Digest input = blobs.put("1,-1\n".repeat(Papers.ROWS).getBytes(StandardCharsets.UTF_8));
        float[] values = new float[Papers.ROWS * COLUMNS];
        for (int row = 0; row < Papers.ROWS; row++) {
            values[row * COLUMNS] = right ? 1 : 2;
        }
        Tensor output = Tensor.of(Shape.of(Papers.ROWS, COLUMNS), values);
        return new Work(
                model,
                graph.digest(),
                input,
                blobs.put(Safetensors.write(Map.of(InferenceContents.OUTPUT_TENSOR, output))),
                roots(model, input, output));
    }

    private static List<Digest> roots(Digest model, Digest input, Tensor output) {
        Inference work = new Inference(model, input, Papers.ROWS, EngineName.EXACT, Papers.BATCH);
        UnitCommitments commitments = new UnitCommitments(work);
        List<Digest> roots = new ArrayList<>(List.of(UnitCommitments.EMPTY_ROOT));
        for (int unit = 0; unit < work.units(); unit++) {
            commitments.add(output.rows(work.firstRow(unit), work.rowsIn(unit)).digest());
            roots.add(commitments.root());
        }
        return roots;
    }

    /** An engine that can do nothing but clip at zero, which is exact anywhere. */
    public static final class ClippingEngine implements Engine {
        @Override
        public String name() {
            return EngineName.EXACT.text();
        }

        @Override
        public LoadedModel load(ModelPackage model) {
            return new LoadedModel() {
                @Override
                public List<Tensor> run(List<Tensor> inputs, Trace trace) {
                    return List.of(clipped(inputs.getFirst()));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}

        private static Tensor clipped(Tensor input) {
            float[] values = input.values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.max(0, values[i]);
            }
            return Tensor.of(input.shape(), values);
        }
    }
}
