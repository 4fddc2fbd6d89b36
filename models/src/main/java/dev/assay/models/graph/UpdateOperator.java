package dev.assay.models.graph;

import dev.assay.models.ModelException;
import dev.assay.models.tensor.TensorType;

import java.util.List;

/**
 * A part of an optimizer's step, elementwise. ONNX's operators Momentum and Adam (preview training)
 * yield several values each; these are their parts with one value each, and their scalars are
 * inputs of shape {@code []}.
 */
public sealed interface UpdateOperator extends Operator {
    /**
     * {@code (V, G, alpha)} → {@code fma(alpha, v, g)}: the velocity of ONNX's Momentum, beta 1.
     */
    record Momentum() implements UpdateOperator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            return updated(this, inputs, 2, 1);
        }
    }

    /** {@code (X, D, R)} → {@code fma(−r, d, x)}: a step of rate R down the direction D. */
    record GradientDescent() implements UpdateOperator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            return updated(this, inputs, 2, 1);
        }
    }

    /** {@code (M, G, beta)} → {@code fma(beta, m, (1 − beta) · g)}: an exponential average. */
    record MovingAverage() implements UpdateOperator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            return updated(this, inputs, 2, 1);
        }
    }

    /**
     * {@code (X, V, H, R, epsilon)} → {@code x − (r · v) / (√h + epsilon)}: the last line of ONNX's
     * Adam, R being the rate with both averages' corrections for their beginning at 0.
     */
    record Adam() implements UpdateOperator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            return updated(this, inputs, 3, 2);
        }
    }

    private static TensorType updated(
            Operator operator, List<TensorType> inputs, int tensors, int scalars)
            throws ModelException {
        for (int i = 0; i < tensors + scalars; i++) {
            Inputs.shape(operator, inputs, tensors + scalars, i);
            if (i < tensors) {
                Inputs.equal(operator, inputs, 0, i);
            } else {
                Inputs.scalar(operator, inputs, i);
            }
        }
        return inputs.getFirst();
    }
}
