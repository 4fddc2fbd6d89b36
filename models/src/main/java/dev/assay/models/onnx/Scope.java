package dev.assay.models.onnx;

import dev.assay.models.ModelException;
import dev.assay.models.onnx.Assembly.Value;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the names of an ONNX file stand for, so far. A constant becomes a parameter of the graph
 * when something first computes with it. Not thread-safe.
 */
final class Scope {
    /** A weight may be there as it is and turned, and a filter has a bias of its own. */
    private static final int COPIES = 4;

    /** Factors that a node scales with. */
    private static final int FACTORS = 2;

    private final Assembly assembly;
    private final Map<String, Value> values = new HashMap<>();
    private final Map<String, Value> transposed = new HashMap<>();
    private final Map<String, Constant> constants;
    private final long opset;

    Scope(OnnxFile file) {
        this.assembly =
                new Assembly(COPIES * file.elements() + FACTORS * (long) file.nodes().size());
        this.constants = new HashMap<>(file.initializers());
        this.opset = file.opset();
    }

    Assembly assembly() {
        return assembly;
    }

    long opset() {
        return opset;
    }

    void define(String name, Value value, Step step) throws ModelException {
        if (constants.containsKey(name) || values.putIfAbsent(name, value) != null) {
            throw step.error("the name '" + name + "' is used twice");
        }
    }

    void define(String name, Constant constant, Step step) throws ModelException {
        if (values.containsKey(name) || constants.putIfAbsent(name, constant) != null) {
            throw step.error("the name '" + name + "' is used twice");
        }
    }

    void define(String name, Value value) {
        values.put(name, value);
    }

    Optional<Value> computed(String name) {
        return Optional.ofNullable(values.get(name));
    }

    Optional<Constant> named(String name) {
        return Optional.ofNullable(constants.get(name));
    }

    Value value(String name, Step step) throws ModelException {
        Value value = values.get(name);
        if (value != null) {
            return value;
        }
        Constant constant = constants.get(name);
        if (constant == null) {
            throw step.error("reads '" + name + "', which is not defined before it");
        }
        Value parameter =
                switch (constant) {
                    case Constant.Floats(Tensor tensor) -> assembly.parameter(name, tensor);
                    case Constant.Integers _ ->
                            throw step.error("computes with '" + name + "', which is INT64");
                    case Constant.Unusable(String reason) ->
                            throw step.error("tensor '" + name + "' " + reason);
                };
        values.put(name, parameter);
        return parameter;
    }

    /** A constant matrix turned: a parameter of its own, made once. */
    Value transposed(String name, Tensor matrix) throws ModelException {
        Value known = transposed.get(name);
        if (known == null) {
            known = assembly.parameter(name, turned(matrix));
            transposed.put(name, known);
        }
        return known;
    }

    private static Tensor turned(Tensor matrix) {
        int rows = matrix.shape().dim(0);
        int columns = matrix.shape().dim(1);
        float[] turned = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = matrix.values()[row * columns + column];
            }
        }
        return Tensor.of(Shape.of(columns, rows), turned);
    }

    Optional<Tensor> constant(String name) {
        return constants.get(name) instanceof Constant.Floats(Tensor tensor)
                ? Optional.of(tensor)
                : Optional.empty();
    }

    List<Long> integers(String name, Step step) throws ModelException {
        if (constants.get(name) instanceof Constant.Integers(List<Long> list)) {
            return list;
        }
        if (constants.get(name) instanceof Constant.Unusable(String reason)) {
            throw step.error("tensor '" + name + "' " + reason);
        }
        throw step.error("'" + name + "' must be a constant list of INT64");
    }
}
