package dev.assay.runtime;

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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Model packages that tests write to disk, and tensors to run them on. */
public final class TestPackages {
    private TestPackages() {}

    /** A package of this graph, whose one input is {@code [batch, …]}. */
    public static ModelPackage write(Path directory, Graph graph, Map<String, Tensor> parameters)
            throws Exception {
        byte[] weights = Safetensors.write(parameters);
        int columns = graph.inputs().values().iterator().next().shape().elements();
        ModelManifest manifest =
                new ModelManifest(
                        "test",
                        graph,
                        Digest.sha256(weights),
                        new RowFormat(columns, 0, 16, 16),
                        List.of());
        Files.createDirectories(directory);
        Files.write(directory.resolve(ModelPackage.WEIGHTS_FILE), weights);
        Files.write(directory.resolve(ModelPackage.MANIFEST_FILE), manifest.bytes());
        return ModelPackage.open(directory);
    }

    /**
     * {@code products} matrix products in a row, each of {@code side × side} by the same weights.
     */
    public static ModelPackage products(Path directory, int side, int products) throws Exception {
        Graph.Builder graph =
                Graph.builder()
                        .input("x0", TensorType.f32(Shape.BATCH, side))
                        .parameter("w", TensorType.f32(side, side));
        for (int i = 1; i <= products; i++) {
            graph.node("x" + i, new Operator.MatMul(), "x" + (i - 1), "w");
        }
        float[] identity = new float[side * side];
        for (int i = 0; i < side; i++) {
            identity[i * (side + 1)] = 1;
        }
        return write(
                directory,
                graph.build("x" + products),
                Map.of("w", Tensor.of(Shape.of(side, side), identity)));
    }

    /** Values from −1 to 1, the same for the same seed. */
    public static Tensor random(long seed, int... dims) {
        Random random = new Random(seed);
        float[] values = new float[Shape.of(dims).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return Tensor.of(Shape.of(dims), values);
    }
}
