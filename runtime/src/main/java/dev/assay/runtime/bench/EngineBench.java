package dev.assay.runtime.bench;

import dev.assay.models.ModelException;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The rates of an engine as jobs meet them: rows in, rows out, by a loaded model. */
final class EngineBench {
    private static final int SIDE = 1024;
    private static final int BATCH = 64;
    private static final String CPU = "cpu";

    private final Path scratch;
    private final Pace pace;

    EngineBench(Path scratch, Pace pace) {
        this.scratch = scratch;
        this.pace = pace;
    }

    /** Rows a second through {@code builtin:digits}, in batches of 64. */
    Measurement digits(Engine engine)
            throws IOException, EngineException, ModelException, BlobException {
        try (Scratch files = Scratch.under(scratch)) {
            BlobStore blobs = BlobStore.open(files.path());
            ModelPackage model =
                    ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs));
            Tensor input = random(model.manifest().input().shape().withBatch(BATCH));
            try (LoadedModel loaded = engine.load(model)) {
                return pace.measure(
                        Metric.EXACT_RATE,
                        CPU,
                        "exact engine, builtin:digits, batch " + BATCH,
                        () -> loaded.run(input).shape().dim(0));
            }
        }
    }

    /** Floating point operations a second of a square matrix product, its copies in and out too. */
    Measurement product(Engine engine, String method)
            throws IOException, EngineException, ModelException {
        try (Scratch files = Scratch.under(scratch);
                LoadedModel loaded = engine.load(product(files.path()))) {
            Tensor input = random(Shape.of(SIDE, SIDE));
            return pace.measure(
                    Metric.GEMM_FP32,
                    CPU,
                    method + ", " + SIDE + "³",
                    () -> {
                        loaded.run(input);
                        return 2L * SIDE * SIDE * SIDE;
                    });
        }
    }

    private static ModelPackage product(Path directory) throws IOException, ModelException {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, SIDE))
                        .parameter("w", TensorType.f32(SIDE, SIDE))
                        .node("y", new Operator.MatMul(), "x", "w")
                        .build("y");
        byte[] weights = Safetensors.write(Map.of("w", random(Shape.of(SIDE, SIDE))));
        ModelManifest manifest =
                new ModelManifest(
                        "product",
                        graph,
                        Digest.sha256(weights),
                        new RowFormat(SIDE, -1, 1, 1),
                        List.of());
        Files.write(directory.resolve(ModelPackage.WEIGHTS_FILE), weights);
        Files.write(directory.resolve(ModelPackage.MANIFEST_FILE), manifest.bytes());
        return ModelPackage.open(directory);
    }

    private static Tensor random(Shape shape) {
        Random random = new Random(1);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(shape, values);
    }
}
