package dev.assay.models.onnx;

import dev.assay.models.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an ONNX file holds, as far as an import needs it; not yet checked for sense.
 *
 * @param opset version of the standard operators
 * @param initializers constant tensors by name
 */
record OnnxFile(
        long opset,
        List<Node> nodes,
        Map<String, Constant> initializers,
        List<Value> inputs,
        List<Value> outputs) {
    OnnxFile {
        nodes = List.copyOf(nodes);
        initializers = Map.copyOf(initializers);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** How many fp32 numbers it holds. */
    long elements() {
        long elements = 0;
        for (Constant constant : initializers.values()) {
            elements += elements(constant);
        }
        for (Node node : nodes) {
            for (Attribute attribute : node.attributes().values()) {
                elements +=
                        switch (attribute) {
                            case Attribute.Of(Constant constant) -> elements(constant);
                            case Attribute.Reals(List<Float> values) -> values.size();
                            case Attribute.Real _ -> 1;
                            case Attribute.Whole _,
                                    Attribute.Text _,
                                    Attribute.Wholes _,
                                    Attribute.Other _ ->
                                    0;
                        };
            }
        }
        return elements;
    }

    private static long elements(Constant constant) {
        return constant instanceof Constant.Floats(Tensor tensor) ? tensor.values().length : 0;
    }

    /**
     * A step of the graph.
     *
     * @param domain empty for the standard operators
     */
    record Node(
            String name,
            String operator,
            String domain,
            List<String> inputs,
            List<String> outputs,
            Map<String, Attribute> attributes) {
        Node {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            attributes = Map.copyOf(attributes);
        }

        /** For messages: {@code Conv (node 'conv1')}. */
        String text() {
            String full = domain.isEmpty() ? operator : domain + "." + operator;
            String called = name.isEmpty() && !outputs.isEmpty() ? outputs.getFirst() : name;
            return full + " (node '" + called + "')";
        }
    }

    /** A named setting of a node. */
    sealed interface Attribute {
        record Real(float value) implements Attribute {}

        record Whole(long value) implements Attribute {}

        record Text(String value) implements Attribute {}

        record Reals(List<Float> values) implements Attribute {
            public Reals {
                values = List.copyOf(values);
            }
        }

        record Wholes(List<Long> values) implements Attribute {
            public Wholes {
                values = List.copyOf(values);
            }
        }

        record Of(Constant constant) implements Attribute {}

        /** A graph, or another thing that no operator we know takes. */
        record Other() implements Attribute {}
    }

    /**
     * The name, element type and shape of an input or output.
     *
     * @param type the element type's number in ONNX; 0 when it is no tensor
     * @param dims the extents, or nothing when they are not given
     */
    record Value(String name, int type, Optional<List<Dim>> dims) {}

    /** One extent: a number, or known only when the graph runs. */
    sealed interface Dim {
        record Fixed(long extent) implements Dim {}

        record Dynamic() implements Dim {}
    }
}
