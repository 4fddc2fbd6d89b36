package dev.assay.models.graph;

import dev.assay.models.ModelException;
import dev.assay.models.tensor.DType;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;

import java.util.List;

/**
 * What a node computes. Names, inputs and attributes are ONNX's (opset 13). Every operator takes
 * and yields fp32; images are laid out N, C, H, W.
 */
public sealed interface Operator {
    /** The operator's name in ONNX and in graph files. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** The type of the output for inputs of these types, or an error that names the operator. */
    TensorType infer(List<TensorType> inputs) throws ModelException;

    /**
     * {@code [M, K] × [K, N] → [M, N]}. Each output sums its K products in ascending order of k.
     */
    record MatMul() implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape a = Inputs.shape(this, inputs, 2, 0, 2);
            Shape b = Inputs.shape(this, inputs, 2, 1, 2);
            if (b.batched() || a.dim(1) != b.dim(0)) {
                throw Inputs.mismatch(this, inputs);
            }
            return Inputs.output(this, a.dim(0), b.dim(1));
        }
    }

    /**
     * Elementwise sum; the second input is broadcast to the first (missing leading axes, or axes of
     * extent 1).
     */
    record Add() implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape a = Inputs.shape(this, inputs, 2, 0);
            Shape b = Inputs.shape(this, inputs, 2, 1);
            int lead = a.rank() - b.rank();
            if (lead < 0) {
                throw Inputs.mismatch(this, inputs);
            }
            for (int axis = 0; axis < b.rank(); axis++) {
                if (b.dim(axis) != 1 && b.dim(axis) != a.dim(axis + lead)) {
                    throw Inputs.mismatch(this, inputs);
                }
            }
            return inputs.getFirst();
        }
    }

    /** {@code x > 0 ? x : 0}, elementwise; NaN stays NaN. */
    record Relu() implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Inputs.shape(this, inputs, 1, 0);
            return inputs.getFirst();
        }
    }

    /**
     * {@code exp(x − max) / Σ exp(x − max)} over the last axis, which is not the batch axis, summed
     * in ascending order.
     */
    record Softmax() implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape x = Inputs.shape(this, inputs, 1, 0);
            if (x.rank() < (x.batched() ? 2 : 1)) {
                throw Inputs.mismatch(this, inputs);
            }
            return inputs.getFirst();
        }
    }

    /**
     * Two-dimensional cross-correlation: image {@code [N, C, H, W]}, filters {@code [O, C, KH,
     * KW]}, bias {@code [O]} → {@code [N, O, OH, OW]}. Each output sums over c, then kh, then kw,
     * ascending, padding included as zeros; the bias is added last.
     */
    record Conv(Window window) implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape image = Inputs.shape(this, inputs, 3, 0, 4);
            Shape filters = Inputs.shape(this, inputs, 3, 1, 4);
            Shape bias = Inputs.shape(this, inputs, 3, 2, 1);
            if (filters.batched()
                    || image.dim(1) != filters.dim(1)
                    || !bias.equals(Shape.of(filters.dim(0)))) {
                throw Inputs.mismatch(this, inputs);
            }
            return Inputs.output(
                    this,
                    image.dim(0),
                    filters.dim(0),
                    window.outputHeight(name(), image.dim(2), filters.dim(2)),
                    window.outputWidth(name(), image.dim(3), filters.dim(3)));
        }
    }

    /**
     * The largest element under each window of {@code kernelH × kernelW}; padding is never the
     * largest.
     */
    record MaxPool(int kernelH, int kernelW, Window window) implements Operator {
        public MaxPool {
            Inputs.kernel(kernelH, kernelW, window);
        }

        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            return Inputs.pooled(this, inputs, kernelH, kernelW, window);
        }
    }

    /**
     * The mean of the elements under each window, padding not counted; summed over h, then w,
     * ascending.
     */
    record AveragePool(int kernelH, int kernelW, Window window) implements Operator {
        public AveragePool {
            Inputs.kernel(kernelH, kernelW, window);
        }

        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            return Inputs.pooled(this, inputs, kernelH, kernelW, window);
        }
    }

    /**
     * The same elements under another shape. The batch axis, where there is one, stays in front.
     */
    record Reshape(Shape shape) implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape from = Inputs.shape(this, inputs, 1, 0);
            if (from.batched() != shape.batched() || from.elements() != shape.elements()) {
                throw Inputs.mismatch(this, inputs);
            }
            return new TensorType(DType.F32, shape);
        }
    }

    /** {@code [N, …] → [N, product of the rest]}. */
    record Flatten() implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape from = Inputs.shape(this, inputs, 1, 0);
            if (from.rank() < 1) {
                throw Inputs.mismatch(this, inputs);
            }
            return Inputs.output(this, from.dim(0), from.elementsFrom(1));
        }
    }
}
