package dev.assay.models.onnx;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph and its parameters while an import puts them together. Names are made of ONNX's, with
 * what a graph's names may not hold replaced, and a number where two would be the same. Not
 * thread-safe.
 */
final class Assembly {
    private static final int MAX_NAME = 100;

    private final Graph.Builder graph = Graph.builder();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Set<String> names = new HashSet<>();

    /** The number that a name which is taken may have next: looking from 2 on would be slow. */
    private final Map<String, Integer> numbers = new HashMap<>();

    private long room;

    /**
     * @param mostElements the most that all parameters together may hold. A small file can use one
     *     tensor again and again in forms that are parameters of their own
     */
    Assembly(long mostElements) {
        this.room = mostElements;
    }

    /** A value of the graph. */
    record Value(String name, TensorType type) {
        Shape shape() {
            return type.shape();
        }
    }

    Value input(String hint, TensorType type) throws ModelException {
        String name = fresh(hint);
        graph.input(name, type);
        return new Value(name, type);
    }

    Value parameter(String hint, Tensor tensor) throws ModelException {
        room -= tensor.values().length;
        if (room < 0) {
            throw new ModelException(
                    Code.BAD_GRAPH,
                    "'"
                            + hint
                            + "': the graph needs many times the weights that the file holds;"
                            + " export it without nodes that copy weights");
        }
        String name = fresh(hint);
        graph.parameter(name, tensor.type());
        parameters.put(name, tensor);
        return new Value(name, tensor.type());
    }

    Value node(String hint, Operator operator, Value... inputs) throws ModelException {
        List<TensorType> types = new ArrayList<>();
        String[] from = new String[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            types.add(inputs[i].type());
            from[i] = inputs[i].name();
        }
        TensorType type = operator.infer(types);
        String name = fresh(hint);
        graph.node(name, operator, from);
        return new Value(name, type);
    }

    ImportedModel build(Value output) throws ModelException {
        return new ImportedModel(graph.build(output.name()), parameters);
    }

    private String fresh(String hint) {
        String clean = hint.replaceAll("[^A-Za-z0-9_./-]", "_");
        String base =
                clean.isEmpty() ? "value" : clean.substring(0, Math.min(MAX_NAME, clean.length()));
        String name = base;
        while (!names.add(name)) {
            name = base + "." + numbers.merge(base, 2, (last, _) -> last + 1);
        }
        return name;
    }
}
