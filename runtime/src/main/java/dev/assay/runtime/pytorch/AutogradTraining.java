package dev.assay.runtime.pytorch;

import static java.util.Objects.requireNonNull;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;

import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Node;
import dev.assay.models.tensor.Tensor;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains a classifier graph the way a program on DJL does: forward over the same operators,
 * backward by PyTorch's autograd, update by DJL's SGD. Independent of our differentiation: what it
 * is tested and measured against. Needs a started {@link PyTorchEngine}. Not thread-safe; the owner
 * closes it.
 */
public final class AutogradTraining implements AutoCloseable {
    private final Graph model;
    private final String scores;
    private final NDManager arrays;
    private final Optimizer sgd;
    private final Map<String, NDArray> parameters = new LinkedHashMap<>();

    /**
     * @param model a graph whose last node is a Softmax over scores
     */
    public AutogradTraining(
            Graph model, Map<String, Tensor> weights, float learningRate, float momentum) {
        Node last = model.nodes().getLast();
        this.model = model;
        this.scores = last.inputs().getFirst();
        this.arrays = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
        this.sgd =
                Optimizer.sgd()
                        .setLearningRateTracker(Tracker.fixed(learningRate))
                        .optMomentum(momentum)
                        .build();
        for (String name : model.parameters().keySet()) {
            Tensor value = requireNonNull(weights.get(name), name);
            NDArray array = NativeGraph.array(arrays, value);
            array.setRequiresGradient(true);
            parameters.put(name, array);
        }
    }

    /**
     * Does one step.
     *
     * @param targets one-hot rows
     * @return the loss before it
     */
    public float step(Tensor input, Tensor targets) {
        try (NDManager intermediates = arrays.newSubManager();
                GradientCollector gradients = Engine.getEngine("PyTorch").newGradientCollector()) {
            Map<String, NDArray> values = new HashMap<>(parameters);
            String name = model.inputs().keySet().iterator().next();
            values.put(name, NativeGraph.array(intermediates, input));
            for (Node node : model.nodes().subList(0, model.nodes().size() - 1)) {
                List<NDArray> inputs = node.inputs().stream().map(values::get).toList();
                values.put(node.name(), NativeOperators.apply(node.operator(), inputs));
            }
            NDArray truth = NativeGraph.array(intermediates, targets);
            NDArray loss =
                    requireNonNull(values.get(scores))
                            .logSoftmax(-1)
                            .mul(truth)
                            .sum()
                            .mul(-1f / input.shape().dim(0));
            gradients.backward(loss);
            parameters.forEach(
                    (parameter, array) -> {
                        try (NDArray gradient = array.getGradient()) {
                            sgd.update(parameter, array, gradient);
                            gradient.subi(gradient);
                        }
                    });
            return loss.toFloatArray()[0];
        }
    }

    /** The parameters as they are now. */
    public Map<String, Tensor> weights() {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        parameters.forEach((name, array) -> weights.put(name, NativeGraph.tensor(array)));
        return weights;
    }

    @Override
    public void close() {
        arrays.close();
    }
}
