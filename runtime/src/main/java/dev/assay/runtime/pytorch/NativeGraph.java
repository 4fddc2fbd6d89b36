package dev.assay.runtime.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Node;
import dev.assay.models.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Runs a graph's nodes over PyTorch's arrays, and moves tensors to arrays and back. */
final class NativeGraph {
    private NativeGraph() {}

    /**
     * Runs every node in order.
     *
     * @param values holds the graph's inputs and parameters; receives each node's output
     * @param computed is told of each node after it ran
     */
    static void forward(
            Graph graph, Map<String, NDArray> values, BiConsumer<Node, NDArray> computed) {
        for (Node node : graph.nodes()) {
            List<NDArray> inputs = node.inputs().stream().map(values::get).toList();
            NDArray output = NativeOperators.apply(node.operator(), inputs);
            values.put(node.name(), output);
            computed.accept(node, output);
        }
    }

    static NDArray array(NDManager manager, Tensor tensor) {
        long[] dims = tensor.shape().dims().stream().mapToLong(Integer::longValue).toArray();
        return manager.create(tensor.values(), new Shape(dims));
    }

    static Tensor tensor(NDArray array) {
        long[] dims = array.getShape().getShape();
        int[] shape = new int[dims.length];
        for (int axis = 0; axis < dims.length; axis++) {
            shape[axis] = Math.toIntExact(dims[axis]);
        }
        return Tensor.of(dev.assay.models.tensor.Shape.of(shape), array.toFloatArray());
    }
}
