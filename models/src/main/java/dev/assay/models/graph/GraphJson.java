package dev.assay.models.graph;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.models.ModelException;
import dev.assay.models.tensor.DType;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.util.List;
import java.util.Map;

/**
 * A graph as JSON.
 *
 * <pre>
 * {"inputs": [{"name": "image", "dtype": "f32", "shape": [-1, 1, 8, 8]}],
 *  "parameters": [{"name": "w", "dtype": "f32", "shape": [64, 10]}],
 *  "nodes": [{"name": "scores", "operator": "MatMul", "inputs": ["flat", "w"], "attributes": {}}],
 *  "outputs": ["scores"]}
 * </pre>
 *
 * A shape's leading −1 is the batch axis. Attributes: {@code strides [h, w]}, {@code pads [top,
 * left, bottom, right]}, {@code kernel_shape [h, w]}, {@code output_padding [h, w]}, {@code shape},
 * {@code perm}, {@code axes}; {@code transA} and {@code transB}, 0 or 1.
 */
public final class GraphJson {
    private GraphJson() {}

    public static ObjectNode write(Graph graph) {
        ObjectNode json = CanonicalJson.object();
        values(json.putArray("inputs"), graph.inputs());
        values(json.putArray("parameters"), graph.parameters());
        ArrayNode nodes = json.putArray("nodes");
        for (Node node : graph.nodes()) {
            ObjectNode entry = nodes.addObject();
            entry.put("name", node.name()).put("operator", node.operator().name());
            node.inputs().forEach(entry.putArray("inputs")::add);
            entry.set("attributes", attributes(node.operator()));
        }
        graph.outputs().forEach(json.putArray("outputs")::add);
        return json;
    }

    /** Reads a graph; {@code json} must hold nothing but one. */
    public static Graph read(JsonFields json) throws JsonException, ModelException {
        Graph.Builder graph = Graph.builder();
        for (JsonFields value : json.objects("inputs")) {
            graph.input(value.text("name"), type(value));
            value.end();
        }
        for (JsonFields value : json.objects("parameters")) {
            graph.parameter(value.text("name"), type(value));
            value.end();
        }
        for (JsonFields node : json.objects("nodes")) {
            graph.node(
                    node.text("name"), operator(node), node.texts("inputs").toArray(String[]::new));
            node.end();
        }
        String[] outputs = json.texts("outputs").toArray(String[]::new);
        json.end();
        return graph.build(outputs);
    }

    private static void values(ArrayNode array, Map<String, TensorType> values) {
        values.forEach(
                (name, type) -> {
                    ObjectNode entry = array.addObject();
                    entry.put("name", name).put("dtype", type.dtype().text());
                    type.shape().dims().forEach(entry.putArray("shape")::add);
                });
    }

    private static TensorType type(JsonFields value) throws JsonException {
        String dtype = value.text("dtype");
        DType type =
                DType.named(dtype)
                        .orElseThrow(
                                () ->
                                        value.error(
                                                "dtype '"
                                                        + dtype
                                                        + "' is not supported; use f32 or i64"));
        return new TensorType(type, shape(value, "shape"));
    }

    private static Shape shape(JsonFields fields, String name) throws JsonException {
        try {
            return Shape.of(fields.integers(name));
        } catch (IllegalArgumentException e) {
            throw fields.error(e.getMessage());
        }
    }

    private static ObjectNode attributes(Operator operator) {
        ObjectNode attributes = CanonicalJson.object();
        switch (operator) {
            case Operator.MatMul _,
                    Operator.Add _,
                    Operator.Mul _,
                    Operator.Relu _,
                    Operator.Softmax _,
                    Operator.SoftmaxCrossEntropyLoss _,
                    Operator.Flatten _,
                    GradientOperator.ReluGrad _,
                    GradientOperator.SoftmaxCrossEntropyLossGrad _,
                    UpdateOperator _ -> {}
            case Operator.Gemm gemm ->
                    attributes
                            .put("transA", gemm.transA() ? 1 : 0)
                            .put("transB", gemm.transB() ? 1 : 0);
            case Operator.ReduceSum sum -> sum.axes().forEach(attributes.putArray("axes")::add);
            case Operator.Transpose transpose ->
                    transpose.perm().forEach(attributes.putArray("perm")::add);
            case Operator.Conv(Window window) -> window(attributes, window);
            case Operator.ConvTranspose(Window window, int padH, int padW) -> {
                attributes.putArray("output_padding").add(padH).add(padW);
                window(attributes, window);
            }
            case Operator.MaxPool(int h, int w, Window window) -> kernel(attributes, h, w, window);
            case Operator.AveragePool(int h, int w, Window window) ->
                    kernel(attributes, h, w, window);
            case GradientOperator.ConvWeightGrad(int h, int w, Window window) ->
                    kernel(attributes, h, w, window);
            case GradientOperator.MaxPoolGrad(int h, int w, Window window) ->
                    kernel(attributes, h, w, window);
            case GradientOperator.AveragePoolGrad(int h, int w, Window window) ->
                    kernel(attributes, h, w, window);
            case Operator.Reshape reshape ->
                    reshape.shape().dims().forEach(attributes.putArray("shape")::add);
        }
        return attributes;
    }

    private static void kernel(ObjectNode attributes, int h, int w, Window window) {
        attributes.putArray("kernel_shape").add(h).add(w);
        window(attributes, window);
    }

    private static void window(ObjectNode attributes, Window w) {
        attributes.putArray("strides").add(w.strideH()).add(w.strideW());
        attributes
                .putArray("pads")
                .add(w.padTop())
                .add(w.padLeft())
                .add(w.padBottom())
                .add(w.padRight());
    }

    private static Operator operator(JsonFields node) throws JsonException {
        String name = node.text("operator");
        JsonFields attributes = node.object("attributes");
        try {
            Operator operator =
                    switch (name) {
                        case "MatMul" -> new Operator.MatMul();
                        case "Add" -> new Operator.Add();
                        case "Relu" -> new Operator.Relu();
                        case "Softmax" -> new Operator.Softmax();
                        case "Flatten" -> new Operator.Flatten();
                        case "Gemm" ->
                                new Operator.Gemm(
                                        flag(attributes, "transA"), flag(attributes, "transB"));
                        case "Mul" -> new Operator.Mul();
                        case "ReduceSum" -> new Operator.ReduceSum(attributes.integers("axes"));
                        case "Transpose" -> new Operator.Transpose(attributes.integers("perm"));
                        case "SoftmaxCrossEntropyLoss" -> new Operator.SoftmaxCrossEntropyLoss();
                        case "Conv" -> new Operator.Conv(window(attributes));
                        case "ConvTranspose" -> {
                            List<Integer> rest = list(attributes, "output_padding", 2);
                            yield new Operator.ConvTranspose(
                                    window(attributes), rest.get(0), rest.get(1));
                        }
                        case "MaxPool" -> kernel(attributes, Operator.MaxPool::new);
                        case "AveragePool" -> kernel(attributes, Operator.AveragePool::new);
                        case "ReluGrad" -> new GradientOperator.ReluGrad();
                        case "SoftmaxCrossEntropyLossGrad" ->
                                new GradientOperator.SoftmaxCrossEntropyLossGrad();
                        case "ConvWeightGrad" ->
                                kernel(attributes, GradientOperator.ConvWeightGrad::new);
                        case "MaxPoolGrad" -> kernel(attributes, GradientOperator.MaxPoolGrad::new);
                        case "AveragePoolGrad" ->
                                kernel(attributes, GradientOperator.AveragePoolGrad::new);
                        case "Momentum" -> new UpdateOperator.Momentum();
                        case "GradientDescent" -> new UpdateOperator.GradientDescent();
                        case "MovingAverage" -> new UpdateOperator.MovingAverage();
                        case "Adam" -> new UpdateOperator.Adam();
                        case "Reshape" -> new Operator.Reshape(shape(attributes, "shape"));
                        default -> throw node.error("operator '" + name + "' is not supported");
                    };
            attributes.end();
            return operator;
        } catch (IllegalArgumentException e) {
            throw node.error(e.getMessage());
        }
    }

    /** An operator of a kernel's height and width and how it slides. */
    private interface Kernel {
        Operator of(int kernelH, int kernelW, Window window);
    }

    private static Operator kernel(JsonFields attributes, Kernel operator) throws JsonException {
        List<Integer> kernel = list(attributes, "kernel_shape", 2);
        return operator.of(kernel.get(0), kernel.get(1), window(attributes));
    }

    private static boolean flag(JsonFields attributes, String name) throws JsonException {
        return attributes.integer(name, 0, 1) == 1;
    }

    private static Window window(JsonFields attributes) throws JsonException {
        List<Integer> s = list(attributes, "strides", 2);
        List<Integer> p = list(attributes, "pads", 4);
        return new Window(s.get(0), s.get(1), p.get(0), p.get(1), p.get(2), p.get(3));
    }

    private static List<Integer> list(JsonFields attributes, String name, int size)
            throws JsonException {
        List<Integer> list = attributes.integers(name);
        if (list.size() != size) {
            throw attributes.error(name + " must have " + size + " integers");
        }
        return list;
    }
}
