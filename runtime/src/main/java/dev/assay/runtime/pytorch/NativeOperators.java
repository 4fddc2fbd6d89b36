package dev.assay.runtime.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.pooling.Pool;

import dev.assay.models.graph.Operator;
import dev.assay.models.graph.Window;

import java.util.List;

/** A graph's operators over PyTorch's arrays. Shapes were checked when the graph was built. */
final class NativeOperators {
    private static final Shape NO_PADDING = new Shape(0, 0);

    private NativeOperators() {}

    /** The operator's output; it belongs to the array manager of the first input. */
    static NDArray apply(Operator operator, List<NDArray> inputs) {
        NDArray x = inputs.getFirst();
        return switch (operator) {
            case Operator.MatMul _ -> x.matMul(inputs.get(1));
            case Operator.Add _ -> x.add(inputs.get(1));
            case Operator.Relu _ -> Activation.relu(x);
            case Operator.Softmax _ -> x.softmax(-1);
            case Operator.Conv conv -> convolution(x, inputs.get(1), inputs.get(2), conv.window());
            case Operator.MaxPool pool -> {
                NDArray padded = padded(x, pool.window(), Double.NEGATIVE_INFINITY);
                Shape kernel = new Shape(pool.kernelH(), pool.kernelW());
                yield Pool.maxPool2d(padded, kernel, strides(pool.window()), NO_PADDING, false);
            }
            case Operator.AveragePool pool -> average(x, pool);
            case Operator.Reshape reshape -> x.reshape(shape(reshape.shape(), x));
            case Operator.Flatten _ -> x.reshape(x.getShape().get(0), -1);
        };
    }

    private static NDArray convolution(
            NDArray image, NDArray filters, NDArray bias, Window window) {
        if (window.padTop() == window.padBottom() && window.padLeft() == window.padRight()) {
            Shape padding = new Shape(window.padTop(), window.padLeft());
            return Conv2d.conv2d(image, filters, bias, strides(window), padding).head();
        }
        return Conv2d.conv2d(padded(image, window, 0), filters, bias, strides(window)).head();
    }

    /** The mean with padding as zeros, divided by the share of each window that is no padding. */
    private static NDArray average(NDArray image, Operator.AveragePool pool) {
        NDArray mean = meanOfPadded(image, pool);
        return unpadded(pool.window()) ? mean : mean.div(meanOfPadded(image.onesLike(), pool));
    }

    private static NDArray meanOfPadded(NDArray image, Operator.AveragePool pool) {
        Shape kernel = new Shape(pool.kernelH(), pool.kernelW());
        NDArray padded = padded(image, pool.window(), 0);
        return Pool.avgPool2d(padded, kernel, strides(pool.window()), NO_PADDING, false, true);
    }

    /** PyTorch's own padding is symmetric and at most half a kernel; a window's need not be. */
    private static NDArray padded(NDArray image, Window w, double value) {
        return unpadded(w)
                ? image
                : image.pad(new Shape(w.padLeft(), w.padRight(), w.padTop(), w.padBottom()), value);
    }

    private static boolean unpadded(Window w) {
        return (w.padTop() | w.padBottom() | w.padLeft() | w.padRight()) == 0;
    }

    private static Shape strides(Window window) {
        return new Shape(window.strideH(), window.strideW());
    }

    private static Shape shape(dev.assay.models.tensor.Shape shape, NDArray like) {
        long[] dims = shape.dims().stream().mapToLong(Integer::longValue).toArray();
        if (shape.batched()) {
            dims[0] = like.getShape().get(0);
        }
        return new Shape(dims);
    }
}
