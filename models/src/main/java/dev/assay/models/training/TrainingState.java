package dev.assay.models.training;

import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a training run stands: everything that later steps depend on. Random numbers and the order
 * of rows have no state of their own, because both follow from the seeds and the step.
 *
 * @param step steps done
 * @param loss the loss of the last step; 0 before the first
 * @param tensors parameters, then optimizer state, in the step graph's order
 */
public record TrainingState(int step, float loss, Map<String, Tensor> tensors) {
    public TrainingState {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /**
     * The state before the first step. Each parameter of two or more axes is drawn from its own
     * stream "initial weights" of the seed, numbered in the graph's order: uniform within {@code
     * ±√(6 / fan-in)}, the fan-in being the first axis of a matrix and all but the first of
     * filters. All else is zero.
     *
     * @see <a href="https://arxiv.org/abs/1502.01852">He et al., Delving Deep into Rectifiers</a>
     */
    public static TrainingState initial(TrainingStep step, long seed) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        step.parameters()
                .forEach((name, type) -> tensors.put(name, initial(type, seed, tensors.size())));
        step.state().forEach((name, type) -> tensors.put(name, zeros(type)));
        return new TrainingState(0, 0, tensors);
    }

    private static Tensor initial(TensorType type, long seed, int index) {
        Shape shape = type.shape();
        if (shape.rank() < 2) {
            return zeros(type);
        }
        int fanIn = shape.rank() == 2 ? shape.dim(0) : shape.elementsFrom(1);
        float bound = (float) Math.sqrt(6.0 / fanIn);
        RandomBits random = new RandomBits("initial weights", seed, index);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (2 * random.unit() - 1) * bound;
        }
        return Tensor.of(shape, values);
    }

    private static Tensor zeros(TensorType type) {
        return Tensor.of(type.shape(), new float[type.shape().elements()]);
    }

    /** The state after one more step, from the step graph's outputs. */
    TrainingState next(List<Tensor> outputs) {
        Map<String, Tensor> next = new LinkedHashMap<>();
        int index = 1;
        for (String name : tensors.keySet()) {
            next.put(name, outputs.get(index++));
        }
        return new TrainingState(step + 1, outputs.getFirst().values()[0], next);
    }

    /** The parameters alone, as a model package's weights. */
    public Map<String, Tensor> parameters(TrainingStep of) {
        Map<String, Tensor> parameters = new LinkedHashMap<>(tensors);
        parameters.keySet().retainAll(of.parameters().keySet());
        return parameters;
    }
}
