package dev.assay.runtime.exact;

import dev.assay.models.ModelException;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Node;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.id.Digest;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A small convolutional classifier of 6 × 6 images that has every operator. */
final class SmallModel {
    static final int SIDE = 6;

    private SmallModel() {}

    static Graph graph() throws ModelException {
        return Graph.builder()
                .input("image", TensorType.f32(-1, 2, SIDE, SIDE))
                .parameter("filters", TensorType.f32(5, 2, 3, 3))
                .parameter("bias", TensorType.f32(5))
                .parameter("weights", TensorType.f32(20, 7))
                .parameter("offsets", TensorType.f32(7))
                .node("conv", new Operator.Conv(Window.of(1, 1)), "image", "filters", "bias")
                .node("relu", new Operator.Relu(), "conv")
                .node("mean", new Operator.AveragePool(3, 3, Window.of(1, 1)), "relu")
                .node("sum", new Operator.Add(), "mean", "conv")
                .node("max", new Operator.MaxPool(3, 3, Window.of(3, 0)), "sum")
                .node("flat", new Operator.Flatten(), "max")
                .node("product", new Operator.MatMul(), "flat", "weights")
                .node("scores", new Operator.Add(), "product", "offsets")
                .node("probabilities", new Operator.Softmax(), "scores")
                .build("probabilities");
    }

    static Map<String, Tensor> parameters() throws ModelException {
        Seeded seeded = new Seeded(7);
        Map<String, Tensor> parameters = new HashMap<>();
        graph().parameters()
                .forEach(
                        (name, type) ->
                                parameters.put(
                                        name,
                                        seeded.plain(
                                                type.shape().dims().stream()
                                                        .mapToInt(Integer::intValue)
                                                        .toArray())));
        return parameters;
    }

    static Tensor images(int count) {
        return new Seeded(8).plain(count, 2, SIDE, SIDE);
    }

    /** The digest of every node's output, in order, computed by {@link Oracle}. */
    static Map<String, Digest> digests(Tensor images) throws ModelException {
        Map<String, Digest> digests = new LinkedHashMap<>();
        Map<String, Tensor> values = oracle(images);
        for (Node node : graph().nodes()) {
            digests.put(node.name(), value(values, node.name()).digest());
        }
        return digests;
    }

    /** The model's output, computed by {@link Oracle}. */
    static Tensor probabilities(Tensor images) throws ModelException {
        return value(oracle(images), "probabilities");
    }

    private static Map<String, Tensor> oracle(Tensor images) throws ModelException {
        Map<String, Tensor> values = new HashMap<>(parameters());
        values.put("image", images);
        for (Node node : graph().nodes()) {
            Tensor[] in = node.inputs().stream().map(v -> value(values, v)).toArray(Tensor[]::new);
            values.put(node.name(), Oracle.compute(node.operator(), in));
        }
        return values;
    }

    private static Tensor value(Map<String, Tensor> values, String name) {
        return Objects.requireNonNull(values.get(name), name);
    }
}
