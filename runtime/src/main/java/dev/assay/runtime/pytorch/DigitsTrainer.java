package dev.assay.runtime.pytorch;

import static java.util.Objects.requireNonNull;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;

import dev.assay.models.graph.Graph;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Trains a classifier graph by Adam on the cross-entropy of its scores. The gradient is PyTorch's
 * own over the same operators that inference runs. Everything random comes from one seed: on one
 * machine, with one thread, the same rows give the same weights.
 */
final class DigitsTrainer implements AutoCloseable {
    private static final int BATCH = 64;
    private static final float LEARNING_RATE = 2e-3f;

    private final Graph graph;
    private final String scores;
    private final Random random;
    private final NDManager arrays;
    private final Map<String, NDArray> parameters = new LinkedHashMap<>();

    /**
     * @param scores the node whose output is the unnormalised scores, one column a label
     */
    DigitsTrainer(Graph graph, String scores, long seed) {
        this.graph = graph;
        this.scores = scores;
        this.random = new Random(seed);
        this.arrays = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
        graph.parameters().forEach((name, type) -> parameters.put(name, initial(type)));
    }

    /** Uniform within ±√(6 / fan-in) for weights (He), zero for biases. */
    private NDArray initial(TensorType type) {
        var shape = type.shape();
        float[] values = new float[shape.elements()];
        if (shape.rank() > 1) {
            int fanIn = shape.rank() == 2 ? shape.dim(0) : shape.elementsFrom(1);
            float bound = (float) Math.sqrt(6.0 / fanIn);
            for (int i = 0; i < values.length; i++) {
                values[i] = (2 * random.nextFloat() - 1) * bound;
            }
        }
        NDArray array = NativeGraph.array(arrays, Tensor.of(shape, values));
        array.setRequiresGradient(true);
        return array;
    }

    /** Goes over the rows {@code epochs} times, in a new order and with new distortions each. */
    void train(DigitRows rows, int epochs) {
        int steps = epochs * (rows.count() / BATCH);
        Optimizer adam =
                Optimizer.adam()
                        .optLearningRateTracker(
                                Tracker.cosine()
                                        .setBaseValue(LEARNING_RATE)
                                        .optFinalValue(LEARNING_RATE / 100)
                                        .setMaxUpdates(steps)
                                        .build())
                        .build();
        for (int epoch = 0; epoch < epochs; epoch++) {
            int[] order = shuffled(rows.count());
            for (int first = 0; first + BATCH <= order.length; first += BATCH) {
                step(rows.distorted(order, first, BATCH, random), adam);
            }
        }
    }

    private void step(DigitRows batch, Optimizer adam) {
        try (NDManager intermediates = arrays.newSubManager();
                GradientCollector gradients = Engine.getEngine("PyTorch").newGradientCollector()) {
            gradients.backward(loss(batch, intermediates));
            parameters.forEach(
                    (name, parameter) -> {
                        try (NDArray gradient = parameter.getGradient()) {
                            adam.update(name, parameter, gradient);
                            gradient.subi(gradient);
                        }
                    });
        }
    }

    private NDArray loss(DigitRows batch, NDManager intermediates) {
        Map<String, NDArray> values = new HashMap<>(parameters);
        String input = graph.inputs().keySet().iterator().next();
        values.put(input, NativeGraph.array(intermediates, batch.images()));
        NativeGraph.forward(graph, values, (_, _) -> {});
        NDArray logLikelihoods = requireNonNull(values.get(scores)).logSoftmax(-1);
        NDArray truth =
                intermediates.create(batch.oneHot(), new Shape(batch.count(), DigitRows.LABELS));
        return logLikelihoods.mul(truth).sum().mul(-1f / batch.count());
    }

    private int[] shuffled(int count) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** The parameters as they are now. */
    Map<String, Tensor> weights() {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        parameters.forEach((name, array) -> weights.put(name, NativeGraph.tensor(array)));
        return weights;
    }

    @Override
    public void close() {
        arrays.close();
    }
}
