package dev.assay.runtime.pytorch;

import static java.util.Objects.requireNonNull;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A model whose parameters lie in native memory. Every run has an array manager of its own:
 * intermediates belong to it and are freed with it.
 */
final class PyTorchModel implements LoadedModel {
    private final Graph graph;
    private final NDManager arrays;
    private final Map<String, NDArray> parameters = new HashMap<>();

    /**
     * @param arrays owns the parameters; the model closes it
     */
    PyTorchModel(Graph graph, Function<String, Tensor> values, NDManager arrays) {
        this.graph = graph;
        this.arrays = arrays;
        for (String name : graph.parameters().keySet()) {
            parameters.put(name, NativeGraph.array(arrays, values.apply(name)));
        }
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, Trace trace) throws EngineException {
        check(inputs);
        try (NDManager intermediates = arrays.newSubManager()) {
            Map<String, NDArray> values = new HashMap<>(parameters);
            int next = 0;
            for (String name : graph.inputs().keySet()) {
                values.put(name, NativeGraph.array(intermediates, inputs.get(next++)));
            }
            NativeGraph.forward(
                    graph,
                    values,
                    (node, output) -> {
                        if (!trace.equals(Trace.OFF)) {
                            trace.computed(node, NativeGraph.tensor(output).digest());
                        }
                    });
            List<Tensor> outputs = new ArrayList<>();
            for (String name : graph.outputs()) {
                outputs.add(NativeGraph.tensor(requireNonNull(values.get(name))));
            }
            return outputs;
        } catch (RuntimeException e) { // DJL reports native failures unchecked
            throw new EngineException(
                    Code.FAILED, "PyTorch failed to run the graph: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        arrays.close();
    }

    private void check(List<Tensor> inputs) throws EngineException {
        if (inputs.size() != graph.inputs().size()) {
            throw bad("takes " + graph.inputs().size() + " inputs, got " + inputs.size());
        }
        int rows = 0;
        int next = 0;
        for (Map.Entry<String, TensorType> input : graph.inputs().entrySet()) {
            Shape declared = input.getValue().shape();
            Shape actual = inputs.get(next++).shape();
            if (declared.batched() && rows == 0 && actual.rank() > 0) {
                rows = actual.dim(0);
            }
            if (!actual.equals(rows == 0 ? declared : declared.withBatch(rows))) {
                throw bad(
                        "input '"
                                + input.getKey()
                                + "' must be "
                                + declared
                                + " with as many"
                                + " rows as the inputs before, not "
                                + actual);
            }
        }
        checkSize(rows);
    }

    /** Refuses rows whose intermediate values would not fit one array. */
    private void checkSize(int rows) throws EngineException {
        for (var node : graph.nodes()) {
            Shape shape = graph.type(node.name()).shape();
            if (shape.batched() && (long) shape.elements() * rows > Integer.MAX_VALUE) {
                throw bad(rows + " rows are too many for node '" + node.name() + "'; split them");
            }
        }
    }

    private static EngineException bad(String problem) {
        return new EngineException(Code.BAD_INPUT, "the graph " + problem);
    }
}
