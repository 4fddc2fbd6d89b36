package dev.assay.models.graph;

import dev.assay.models.ModelException;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An operator graph: typed inputs, typed parameters, nodes in topological order, and the values
 * that are its outputs. Shapes and types are inferred and checked when it is built, so a graph that
 * exists can run. Immutable.
 */
public final class Graph {
    private static final int MAX_NODES = 10_000;
    private static final Pattern VALUE_NAME = Pattern.compile("[A-Za-z0-9_./-]{1,128}");

    private final Map<String, TensorType> inputs;
    private final Map<String, TensorType> parameters;
    private final List<Node> nodes;
    private final List<String> outputs;
    private final Map<String, TensorType> types;

    private Graph(
            Map<String, TensorType> inputs,
            Map<String, TensorType> parameters,
            List<Node> nodes,
            List<String> outputs,
            Map<String, TensorType> types) {
        this.inputs = inputs;
        this.parameters = parameters;
        this.nodes = nodes;
        this.outputs = outputs;
        this.types = types;
    }

    /** Inputs in the order in which an engine takes them. */
    public Map<String, TensorType> inputs() {
        return inputs;
    }

    /** Parameters (weights) by name, in order. */
    public Map<String, TensorType> parameters() {
        return parameters;
    }

    public List<Node> nodes() {
        return nodes;
    }

    /** Names of the values a run yields, in order. */
    public List<String> outputs() {
        return outputs;
    }

    /** The type of an input, parameter or node output. */
    public TensorType type(String value) {
        TensorType type = types.get(value);
        if (type == null) {
            throw new IllegalArgumentException("the graph has no value '" + value + "'");
        }
        return type;
    }

    /** SHA-256 of the graph's canonical JSON. */
    public Digest digest() {
        return CanonicalJson.digest(GraphJson.write(this));
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builds a graph node by node, inferring types as it goes. Not thread-safe. */
    public static final class Builder {
        private final Map<String, TensorType> inputs = new LinkedHashMap<>();
        private final Map<String, TensorType> parameters = new LinkedHashMap<>();
        private final List<Node> nodes = new ArrayList<>();
        private final Map<String, TensorType> types = new LinkedHashMap<>();

        private Builder() {}

        public Builder input(String name, TensorType type) throws ModelException {
            define(name, type);
            inputs.put(name, type);
            return this;
        }

        /** A parameter; its shape is fixed. */
        public Builder parameter(String name, TensorType type) throws ModelException {
            if (type.shape().batched()) {
                throw bad("parameter '" + name + "' has a batch axis");
            }
            define(name, type);
            parameters.put(name, type);
            return this;
        }

        /** Adds a node that reads values defined before it. */
        public Builder node(String name, Operator operator, String... from) throws ModelException {
            if (nodes.size() == MAX_NODES) {
                throw bad("more than " + MAX_NODES + " nodes");
            }
            List<TensorType> fromTypes = new ArrayList<>();
            for (String value : from) {
                TensorType type = types.get(value);
                if (type == null) {
                    throw bad(
                            "node '"
                                    + name
                                    + "' reads '"
                                    + value
                                    + "', which is not defined before it");
                }
                fromTypes.add(type);
            }
            try {
                define(name, operator.infer(fromTypes));
            } catch (ModelException e) {
                throw new ModelException(e.code(), "node '" + name + "': " + e.getMessage());
            }
            nodes.add(new Node(name, operator, List.of(from)));
            return this;
        }

        /** Whether a value has this name already. */
        public boolean defines(String value) {
            return types.containsKey(value);
        }

        public Graph build(String... outputs) throws ModelException {
            if (outputs.length == 0) {
                throw bad("no outputs");
            }
            for (String output : outputs) {
                if (!types.containsKey(output)) {
                    throw bad("output '" + output + "' is not a value of the graph");
                }
            }
            return new Graph(
                    java.util.Collections.unmodifiableMap(new LinkedHashMap<>(inputs)),
                    java.util.Collections.unmodifiableMap(new LinkedHashMap<>(parameters)),
                    List.copyOf(nodes),
                    List.of(outputs),
                    Map.copyOf(types));
        }

        private void define(String name, TensorType type) throws ModelException {
            if (!VALUE_NAME.matcher(name).matches()) {
                throw bad(
                        "'"
                                + name
                                + "' is no value name (letters, digits and _ . / -, at most 128)");
            }
            if (types.putIfAbsent(name, type) != null) {
                throw bad("the name '" + name + "' is used twice");
            }
        }

        private static ModelException bad(String message) {
            return new ModelException(ModelException.Code.BAD_GRAPH, "graph: " + message);
        }
    }
}
