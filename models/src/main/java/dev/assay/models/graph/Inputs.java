package dev.assay.models.graph;

import dev.assay.models.ModelException;
import dev.assay.models.tensor.DType;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;

import java.util.List;

/** Checks that operators share on the inputs they are given. */
final class Inputs {
    private static final int MAX_KERNEL = 1 << 12;

    private Inputs() {}

    /** The shape of one of {@code count} fp32 inputs. */
    static Shape shape(Operator operator, List<TensorType> inputs, int count, int index)
            throws ModelException {
        if (inputs.size() != count) {
            throw bad(operator, "takes " + count + " inputs, got " + inputs.size());
        }
        TensorType type = inputs.get(index);
        if (type.dtype() != DType.F32) {
            throw bad(operator, "input " + index + " is " + type + "; only f32 is taken");
        }
        return type.shape();
    }

    /** The shape of one of {@code count} fp32 inputs, which must have this rank. */
    static Shape shape(Operator operator, List<TensorType> inputs, int count, int index, int rank)
            throws ModelException {
        Shape shape = shape(operator, inputs, count, index);
        if (shape.rank() != rank) {
            throw bad(
                    operator,
                    "input " + index + " is " + shape + "; it must have " + rank + " axes");
        }
        return shape;
    }

    /** The type of the first of two inputs, to which the second can be broadcast. */
    static TensorType broadcast(Operator operator, List<TensorType> inputs) throws ModelException {
        Shape a = shape(operator, inputs, 2, 0);
        Shape b = shape(operator, inputs, 2, 1);
        int lead = a.rank() - b.rank();
        if (lead < 0) {
            throw mismatch(operator, inputs);
        }
        for (int axis = 0; axis < b.rank(); axis++) {
            if (b.dim(axis) != 1 && b.dim(axis) != a.dim(axis + lead)) {
                throw mismatch(operator, inputs);
            }
        }
        return inputs.getFirst();
    }

    /** Refuses inputs at these indices that are not all of one type; the type. */
    static TensorType equal(Operator operator, List<TensorType> inputs, int... indices)
            throws ModelException {
        TensorType first = inputs.get(indices[0]);
        for (int index : indices) {
            if (!inputs.get(index).equals(first)) {
                throw mismatch(operator, inputs);
            }
        }
        return first;
    }

    /** Refuses an input that is not a single number. */
    static void scalar(Operator operator, List<TensorType> inputs, int index)
            throws ModelException {
        if (inputs.get(index).shape().rank() != 0) {
            throw mismatch(operator, inputs);
        }
    }

    static TensorType pooled(
            Operator operator, List<TensorType> inputs, int kernelH, int kernelW, Window window)
            throws ModelException {
        return pooled(operator, shape(operator, inputs, 1, 0, 4), kernelH, kernelW, window);
    }

    static TensorType pooled(
            Operator operator, Shape image, int kernelH, int kernelW, Window window)
            throws ModelException {
        return output(
                operator,
                image.dim(0),
                image.dim(1),
                window.outputHeight(operator.name(), image.dim(2), kernelH),
                window.outputWidth(operator.name(), image.dim(3), kernelW));
    }

    /** An operator's fp32 output, which must not be too large for a tensor. */
    static TensorType output(Operator operator, int... dims) throws ModelException {
        try {
            return TensorType.f32(dims);
        } catch (IllegalArgumentException e) {
            throw bad(operator, "its output: " + e.getMessage());
        }
    }

    /** A pooling kernel holds at least one element of the image wherever it stands. */
    static void kernel(int kernelH, int kernelW, Window window) {
        if (kernelH < 1 || kernelW < 1 || kernelH > MAX_KERNEL || kernelW > MAX_KERNEL) {
            throw new IllegalArgumentException(
                    "a pooling kernel must be from 1 to " + MAX_KERNEL + " on each side");
        }
        if (Math.max(window.padTop(), window.padBottom()) >= kernelH
                || Math.max(window.padLeft(), window.padRight()) >= kernelW) {
            throw new IllegalArgumentException("pooling pads must be smaller than the kernel");
        }
    }

    static ModelException mismatch(Operator operator, List<TensorType> inputs) {
        return bad(operator, "its inputs do not fit together: " + inputs);
    }

    private static ModelException bad(Operator operator, String problem) {
        return new ModelException(ModelException.Code.BAD_GRAPH, operator.name() + ": " + problem);
    }
}
