package dev.assay.models.graph;

import dev.assay.models.ModelException;
import dev.assay.models.tensor.DType;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What a node computes. Names, inputs and attributes are ONNX's (opset 13). Every operator takes
 * and yields fp32; images are laid out N, C, H, W. What training adds is in {@link
 * GradientOperator} and {@link UpdateOperator}.
 */
public sealed interface Operator
        permits Operator.MatMul,
                Operator.Gemm,
                Operator.Add,
                Operator.Mul,
                Operator.ReduceSum,
                Operator.Relu,
                Operator.Softmax,
                Operator.SoftmaxCrossEntropyLoss,
                Operator.Conv,
                Operator.ConvTranspose,
                Operator.MaxPool,
                Operator.AveragePool,
                Operator.Reshape,
                Operator.Flatten,
                Operator.Transpose,
                GradientOperator,
                UpdateOperator {
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
     * {@code A' × B' → [M, N]}, A' being A {@code [M, K]} or, with {@code transA}, the transpose of
     * {@code [K, M]}; B' likewise. Each output sums its K products in ascending order of k; K may
     * be the batch axis of both. ONNX's Gemm with alpha = 1 and without C.
     */
    record Gemm(boolean transA, boolean transB) implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape a = Inputs.shape(this, inputs, 2, 0, 2);
            Shape b = Inputs.shape(this, inputs, 2, 1, 2);
            int columns = b.dim(transB ? 0 : 1);
            if (columns == Shape.BATCH || a.dim(transA ? 0 : 1) != b.dim(transB ? 1 : 0)) {
                throw Inputs.mismatch(this, inputs);
            }
            return Inputs.output(this, a.dim(transA ? 1 : 0), columns);
        }
    }

    /**
     * Elementwise sum; the second input is broadcast to the first (missing leading axes, or axes of
     * extent 1).
     */
    record Add() implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            return Inputs.broadcast(this, inputs);
        }
    }

    /** Elementwise product; the second input is broadcast to the first as for {@link Add}. */
    record Mul() implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            return Inputs.broadcast(this, inputs);
        }
    }

    /**
     * The sum over some axes, which the output does not have any more; from +0, in ascending
     * row-major order. The axes are an attribute, as before opset 13.
     *
     * @param axes ascending, from 0
     */
    record ReduceSum(List<Integer> axes) implements Operator {
        public ReduceSum {
            axes = List.copyOf(axes);
            for (int i = 0; i < axes.size(); i++) {
                if (axes.get(i) < (i == 0 ? 0 : axes.get(i - 1) + 1)) {
                    throw new IllegalArgumentException("axes must ascend from 0, not " + axes);
                }
            }
        }

        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape x = Inputs.shape(this, inputs, 1, 0);
            if (axes.isEmpty() || axes.getLast() >= x.rank()) {
                throw Inputs.mismatch(this, inputs);
            }
            return Inputs.output(
                    this,
                    IntStream.range(0, x.rank())
                            .filter(axis -> !axes.contains(axis))
                            .map(x::dim)
                            .toArray());
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
     * The mean over rows of the cross-entropy of softmax: scores {@code [N, C]} and targets {@code
     * [N, C]}, of which each row sums to 1 → {@code []}. A row's loss is {@code log Σ exp(x − max)
     * − Σ t · (x − max)}, the sums in ascending order of column; the rows' losses are added in
     * ascending order and divided by N. ONNX's targets are indices, which are one-hot rows here.
     */
    record SoftmaxCrossEntropyLoss() implements Operator {
        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Inputs.shape(this, inputs, 2, 0, 2);
            Inputs.equal(this, inputs, 0, 1);
            return Inputs.output(this);
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
     * What {@link Conv} is to its input, transposed: {@code [N, O, OH, OW]} and the filters {@code
     * [O, C, KH, KW]} → {@code [N, C, H, W]}. The input is laid out with {@code stride − 1} zeros
     * between its elements and enough around them; each output sums over o, then that layout's
     * rows, then its columns, ascending, zeros included.
     *
     * @param outputPadH rows at the bottom that no window covers whole; less than the stride
     * @param outputPadW columns at the right, likewise
     */
    record ConvTranspose(Window window, int outputPadH, int outputPadW) implements Operator {
        public ConvTranspose {
            if (outputPadH < 0
                    || outputPadW < 0
                    || outputPadH >= window.strideH()
                    || outputPadW >= window.strideW()) {
                throw new IllegalArgumentException(
                        "output padding must be from 0 to below the stride");
            }
        }

        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape x = Inputs.shape(this, inputs, 2, 0, 4);
            Shape filters = Inputs.shape(this, inputs, 2, 1, 4);
            if (filters.batched() || x.dim(1) != filters.dim(0)) {
                throw Inputs.mismatch(this, inputs);
            }
            return Inputs.output(
                    this,
                    x.dim(0),
                    filters.dim(1),
                    window.inputHeight(name(), x.dim(2), filters.dim(2), outputPadH),
                    window.inputWidth(name(), x.dim(3), filters.dim(3), outputPadW));
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

    /**
     * The same elements with the axes in another order: axis i of the output is axis {@code
     * perm[i]} of the input. A batch axis stays in front.
     */
    record Transpose(List<Integer> perm) implements Operator {
        public Transpose {
            perm = List.copyOf(perm);
            if (!IntStream.range(0, perm.size()).boxed().toList().equals(ascending(perm))) {
                throw new IllegalArgumentException("perm must permute the axes, not " + perm);
            }
        }

        private static List<Integer> ascending(List<Integer> perm) {
            return perm.stream().sorted().toList();
        }

        @Override
        public TensorType infer(List<TensorType> inputs) throws ModelException {
            Shape x = Inputs.shape(this, inputs, 1, 0);
            if (perm.size() != x.rank() || (x.batched() && perm.getFirst() != 0)) {
                throw Inputs.mismatch(this, inputs);
            }
            return Inputs.output(this, perm.stream().mapToInt(x::dim).toArray());
        }
    }
}
