package dev.assay.models.onnx;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.onnx.Assembly.Value;
import dev.assay.models.onnx.OnnxFile.Attribute;
import dev.assay.models.onnx.OnnxFile.Node;
import dev.assay.models.tensor.Tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One ONNX node while it is imported: its inputs as values of the graph or as constants, and its
 * attributes, of which each must be asked for. Not thread-safe.
 */
final class Step {
    private final Node node;
    private final Scope scope;
    private final Map<String, Attribute> left;

    Step(Node node, Scope scope) {
        this.node = node;
        this.scope = scope;
        this.left = new HashMap<>(node.attributes());
    }

    Assembly assembly() {
        return scope.assembly();
    }

    long opset() {
        return scope.opset();
    }

    /** Names the node's output in the graph. */
    String hint() {
        return node.outputs().getFirst();
    }

    ModelException error(String problem) {
        return new ModelException(Code.BAD_GRAPH, node.text() + ": " + problem);
    }

    // ---- inputs ------------------------------------------------------------------------------

    boolean has(int input) {
        return input < node.inputs().size() && !node.inputs().get(input).isEmpty();
    }

    /** An input as a value of the graph; a constant becomes a parameter. */
    Value input(int index) throws ModelException {
        return scope.value(name(index), this);
    }

    /** An input's numbers, when they are known before the graph runs. */
    Optional<Tensor> constant(int index) throws ModelException {
        return scope.constant(name(index));
    }

    /** An input that is a list of whole numbers. */
    List<Long> integers(int index) throws ModelException {
        return scope.integers(name(index), this);
    }

    private String name(int index) throws ModelException {
        if (!has(index)) {
            throw error("input " + index + " is missing");
        }
        return node.inputs().get(index);
    }

    /** Refuses further inputs, and outputs that nobody makes. */
    void takes(int inputs) throws ModelException {
        if (node.inputs().size() > inputs) {
            throw error(
                    "has " + node.inputs().size() + " inputs; at most " + inputs + " are taken");
        }
    }

    // ---- attributes --------------------------------------------------------------------------

    long integer(String name, long otherwise) throws ModelException {
        Attribute attribute = left.remove(name);
        if (attribute == null) {
            return otherwise;
        }
        if (attribute instanceof Attribute.Whole(long value)) {
            return value;
        }
        throw error("attribute " + name + " is no whole number");
    }

    float number(String name, float otherwise) throws ModelException {
        Attribute attribute = left.remove(name);
        if (attribute == null) {
            return otherwise;
        }
        if (attribute instanceof Attribute.Real(float value) && Float.isFinite(value)) {
            return value;
        }
        throw error("attribute " + name + " is no finite number");
    }

    String text(String name, String otherwise) throws ModelException {
        Attribute attribute = left.remove(name);
        if (attribute == null) {
            return otherwise;
        }
        if (attribute instanceof Attribute.Text(String value)) {
            return value;
        }
        throw error("attribute " + name + " is no text");
    }

    Optional<List<Long>> integers(String name) throws ModelException {
        Attribute attribute = left.remove(name);
        if (attribute == null || attribute instanceof Attribute.Other) {
            return Optional.empty(); // an empty list has no field
        }
        if (attribute instanceof Attribute.Wholes(List<Long> values)) {
            return Optional.of(values);
        }
        throw error("attribute " + name + " is no list of whole numbers");
    }

    /** So many whole numbers that fit an int, or all of them this one. */
    int[] integers(String name, int count, int otherwise) throws ModelException {
        Optional<List<Long>> values = integers(name);
        int[] result = new int[count];
        java.util.Arrays.fill(result, otherwise);
        if (values.isPresent()) {
            if (values.get().size() != count) {
                throw error("attribute " + name + " must have " + count + " numbers");
            }
            for (int i = 0; i < count; i++) {
                result[i] = fitting(values.get().get(i));
            }
        }
        return result;
    }

    int fitting(long number) throws ModelException {
        if (number != (int) number) {
            throw error(number + " is too large");
        }
        return (int) number;
    }

    /** An attribute as it is, if it is there. */
    Optional<Attribute> attribute(String name) {
        return Optional.ofNullable(left.remove(name));
    }

    /** Refuses an attribute that has another value than the only one that is run. */
    void only(String name, long value) throws ModelException {
        long given = integer(name, value);
        if (given != value) {
            throw error(name + " = " + given + " is not supported, only " + value);
        }
    }

    /** Refuses attributes that nobody asked for. */
    void end() throws ModelException {
        Set<String> unknown = new TreeSet<>(left.keySet());
        if (!unknown.isEmpty()) {
            throw error("attributes " + unknown + " are not supported");
        }
        for (int i = 1; i < node.outputs().size(); i++) {
            if (!node.outputs().get(i).isEmpty() && !node.operator().equals("Dropout")) {
                throw error("output " + i + " is not supported");
            }
        }
    }
}
