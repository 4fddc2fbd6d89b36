package dev.assay.models.graph;

import dev.assay.models.ModelException;

/**
 * How a two-dimensional window slides over the last two axes, in ONNX's terms.
 *
 * <p>Strides are the steps down and right, at least 1. Pads are the zero (for pooling: absent)
 * elements added on each side.
 */
public record Window(
        int strideH, int strideW, int padTop, int padLeft, int padBottom, int padRight) {
    private static final int MAX = 1 << 12;

    public Window {
        if (strideH < 1 || strideW < 1 || strideH > MAX || strideW > MAX) {
            throw new IllegalArgumentException("strides must be from 1 to " + MAX);
        }
        if (Math.min(Math.min(padTop, padLeft), Math.min(padBottom, padRight)) < 0
                || Math.max(Math.max(padTop, padLeft), Math.max(padBottom, padRight)) > MAX) {
            throw new IllegalArgumentException("pads must be from 0 to " + MAX);
        }
    }

    /** Equal strides, equal pads on every side. */
    public static Window of(int stride, int pad) {
        return new Window(stride, stride, pad, pad, pad, pad);
    }

    int outputHeight(String operator, int height, int kernel) throws ModelException {
        return output(operator, (long) height + padTop + padBottom, kernel, strideH);
    }

    int outputWidth(String operator, int width, int kernel) throws ModelException {
        return output(operator, (long) width + padLeft + padRight, kernel, strideW);
    }

    /** The height that a window slides over to yield {@code output} rows and leave a rest. */
    int inputHeight(String operator, int output, int kernel, int rest) throws ModelException {
        return input(operator, output, kernel + rest, strideH, padTop + padBottom);
    }

    int inputWidth(String operator, int output, int kernel, int rest) throws ModelException {
        return input(operator, output, kernel + rest, strideW, padLeft + padRight);
    }

    private static int input(String operator, int output, int kernel, int stride, int pads)
            throws ModelException {
        long extent = (output - 1L) * stride + kernel - pads;
        if (extent < 1 || extent + pads + kernel > Integer.MAX_VALUE) {
            throw new ModelException(
                    ModelException.Code.BAD_GRAPH,
                    operator + ": an output extent of " + extent + " is not possible");
        }
        return (int) extent;
    }

    private static int output(String operator, long padded, int kernel, int stride)
            throws ModelException {
        if (kernel > padded) {
            throw new ModelException(
                    ModelException.Code.BAD_GRAPH,
                    operator
                            + ": a kernel of "
                            + kernel
                            + " does not fit into a padded extent of "
                            + padded);
        }
        if (padded > Integer.MAX_VALUE) {
            throw new ModelException(
                    ModelException.Code.BAD_GRAPH,
                    operator + ": a padded extent of " + padded + " is too large");
        }
        return ((int) padded - kernel) / stride + 1;
    }
}
