package dev.assay.verification.check;

import dev.assay.models.ModelException;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
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
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.verification.attest.UnitCommitments;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A model of four weights, its input of five labelled rows, and what it makes of them. */
public final class TinyModel {
    /** Rows in the input. */
    public static final int ROWS = 5;

    /** Rows in a unit: there are three units. */
    public static final int BATCH = 2;

    private static final float[] WEIGHTS = {2, -1, 0.5f, 3};
    private static final float[] INPUT = {1, 2, 3, -4, 0, 0, -7, 5, 9, 9};

    public final byte[] manifest;
    public final byte[] weights;
    public final byte[] input;
    public final Graph graph;

    public TinyModel() throws ModelException {
        graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 2))
                        .parameter("w", TensorType.f32(2, 2))
                        .node("xw", new Operator.MatMul(), "x", "w")
                        .node("y", new Operator.Relu(), "xw")
                        .build("y");
        weights = Safetensors.write(Map.of("w", Tensor.of(Shape.of(2, 2), WEIGHTS.clone())));
        manifest =
                new ModelManifest(
                                "tiny",
                                graph,
                                Digest.sha256(weights),
                                new RowFormat(2, -9, 9, 1),
                                List.of("left", "right"))
                        .bytes();
        StringBuilder csv = new StringBuilder();
        for (int row = 0; row < ROWS; row++) {
            csv.append((int) INPUT[2 * row]).append(',').append((int) INPUT[2 * row + 1]);
            csv.append(row % 2 == 0 ? ",left\n" : ",right\n");
        }
        input = csv.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The work on this input. */
    public Inference work(EngineName engine) {
        return new Inference(Digest.sha256(manifest), Digest.sha256(input), ROWS, engine, BATCH);
    }

    /** What the model makes of all rows. */
    public static Tensor output() {
        return product(Tensor.of(Shape.of(ROWS, 2), INPUT.clone()));
    }

    /** An output as the file that a provider stores. */
    public static byte[] file(Tensor output) {
        return Safetensors.write(Map.of(InferenceContents.OUTPUT_TENSOR, output));
    }

    /** The commitment to the first units of an output. */
    public static Digest root(Inference work, Tensor output, int units) {
        UnitCommitments commitments = new UnitCommitments(work);
        for (int unit = 0; unit < units; unit++) {
            commitments.add(output.rows(work.firstRow(unit), work.rowsIn(unit)).digest());
        }
        return commitments.root();
    }

    private static Tensor product(Tensor rows) {
        float[] x = rows.values();
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            int row = i / 2 * 2;
            float sum = Math.fma(x[row + 1], WEIGHTS[2 + i % 2], x[row] * WEIGHTS[i % 2]);
            y[i] = Math.max(0, sum);
        }
        return Tensor.of(rows.shape(), y);
    }

    /** An engine that runs nothing but this model. */
    public static final class TinyEngine implements Engine {
        @Override
        public String name() {
            return EngineName.EXACT.text();
        }

        @Override
        public LoadedModel load(ModelPackage model) throws EngineException {
            if (!model.manifest().name().equals("tiny")) {
                throw new EngineException(EngineException.Code.UNSUPPORTED, "only tiny runs here");
            }
            return new LoadedModel() {
                @Override
                public List<Tensor> run(List<Tensor> inputs, Trace trace) {
                    return List.of(product(inputs.getFirst()));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }
}
