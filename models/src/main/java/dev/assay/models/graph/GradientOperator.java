package dev.assay.models.graph;

import dev.assay.models.ModelException;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;

import java.util.List;

/**
 * A vector-Jacobian product that is no operator of ONNX: the first input, {@code dY}, is the
 * gradient with respect to an operator's output, the result that with respect to one of its inputs.
 */
public sealed interface GradientOperator extends Operator {
    /** Of {@link Operator.Relu} {@code (dY, X)}: {@code x ≤ 0 ? +0 : dy}. */
    record ReluGrad() implements GradientOperator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Inputs.shape(this, inputs, 2, 0);
            return Inputs.equal(this, inputs, 0, 1);
        }
    }

    /**
     * Of {@link Operator.SoftmaxCrossEntropyLoss} {@code (dY, scores, targets)}, with respect to
     * the scores: {@code (softmax(x) − t) · (dY / N)}.
     */
    record SoftmaxCrossEntropyLossGrad() implements GradientOperator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Inputs.shape(this, inputs, 3, 1, 2);
            Inputs.shape(this, inputs, 3, 0);
            Inputs.scalar(this, inputs, 0);
            return Inputs.equal(this, inputs, 1, 2);
        }
    }

    /**
     * Of {@link Operator.Conv} {@code (dY, X)}, with respect to its filters: {@code [O, C, KH,
     * KW]}. Each output sums over n, then oh, then ow, ascending, padding included as zeros.
     */
    record ConvWeightGrad(int kernelH, int kernelW, Window window) implements GradientOperator {
        public ConvWeightGrad {
            if (kernelH < 1 || kernelW < 1) {
                throw new IllegalArgumentException("a kernel must be at least 1 on each side");
            }
        }

        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape dy = Inputs.shape(this, inputs, 2, 0, 4);
            Shape x = Inputs.shape(this, inputs, 2, 1, 4);
            if (dy.dim(0) != x.dim(0)
                    || dy.dim(2) != window.outputHeight(name(), x.dim(2), kernelH)
                    || dy.dim(3) != window.outputWidth(name(), x.dim(3), kernelW)) {
                throw Inputs.mismatch(this, inputs);
            }
            return Inputs.output(this, dy.dim(1), x.dim(1), kernelH, kernelW);
        }
    }

    /**
     * Of {@link Operator.MaxPool} {@code (dY, X)}. A window's gradient goes to the first of its
     * largest elements, NaN being larger than everything; to none where all are −∞. An element sums
     * over its windows from +0, in ascending order.
     */
    record MaxPoolGrad(int kernelH, int kernelW, Window window) implements GradientOperator {
        public MaxPoolGrad {
            Inputs.kernel(kernelH, kernelW, window);
        }

        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            return unpooled(this, inputs, kernelH, kernelW, window);
        }
    }

    /**
     * Of {@link Operator.AveragePool} {@code (dY, X)}, whose values are not read. An element sums
     * the quotients of its windows' gradients by their numbers of elements from +0, in ascending
     * order.
     */
    record AveragePoolGrad(int kernelH, int kernelW, Window window) implements GradientOperator {
        public AveragePoolGrad {
            Inputs.kernel(kernelH, kernelW, window);
        }

        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            return unpooled(this, inputs, kernelH, kernelW, window);
        }
    }

    private static TensorType unpooled(
            Operator operator, List<TensorType> inputs, int kernelH, int kernelW, Window window)
            throws ModelException {
        Inputs.shape(operator, inputs, 2, 0, 4);
        Shape x = Inputs.shape(operator, inputs, 2, 1, 4);
        if (!Inputs.pooled(operator, x, kernelH, kernelW, window).equals(inputs.getFirst())) {
            throw Inputs.mismatch(operator, inputs);
        }
        return inputs.get(1);
    }
}
