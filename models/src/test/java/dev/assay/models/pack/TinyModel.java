package dev.assay.models.pack;

import dev.assay.models.ModelException;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.id.Digest;

import java.util.List;
import java.util.Map;

/** A model of one parameter: rows of two numbers, times {@code w}, are scores for three labels. */
final class TinyModel {
    static final RowFormat ROWS = new RowFormat(2, 0, 16, 16);
    static final List<String> LABELS = List.of("a", "b", "c");

    private TinyModel() {}

    static byte[] weights() {
        return Safetensors.write(
                Map.of("w", Tensor.of(Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6})));
    }

    static ModelManifest manifest() throws ModelException {
        return manifest(weights());
    }

    static ModelManifest manifest(byte[] weights) throws ModelException {
        return new ModelManifest("tiny", graph(), Digest.sha256(weights), ROWS, LABELS);
    }

    static Graph graph() throws ModelException {
        return Graph.builder()
                .input("x", TensorType.f32(Shape.BATCH, 2))
                .parameter("w", TensorType.f32(2, 3))
                .node("y", new Operator.MatMul(), "x", "w")
                .build("y");
    }
}
