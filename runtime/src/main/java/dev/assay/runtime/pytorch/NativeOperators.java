package dev.assay.runtime.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.pooling.Pool;

import dev.assay.models.graph.GradientOperator;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.UpdateOperator;
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
            case Operator.Gemm(boolean transA, boolean transB) -> {
                NDArray b = inputs.get(1);
                yield (transA ? x.transpose() : x).matMul(transB ? b.transpose() : b);
            }
            case Operator.Add _ -> x.add(inputs.get(1));
            case Operator.Mul _ -> x.mul(inputs.get(1));
            case Operator.ReduceSum(List<Integer> axes) ->
                    x.sum(axes.stream().mapToInt(Integer::intValue).toArray());
            case Operator.Transpose(List<Integer> perm) ->
                    perm.isEmpty()
                            ? x.duplicate()
                            : x.transpose(perm.stream().mapToInt(Integer::intValue).toArray());
            case Operator.SoftmaxCrossEntropyLoss _ ->
                    x.logSoftmax(-1).mul(inputs.get(1)).sum().mul(-1f / x.getShape().get(0));
            case Operator.ConvTranspose back ->
                    NativeGradients.convTranspose(x, inputs.get(1), back);
            case Operator.Relu _ -> Activation.relu(x);
            case Operator.Softmax _ -> x.softmax(-1);
            case Operator.Conv conv -> convolution(x, inputs.get(1), inputs.get(2), conv.window());
            case Operator.MaxPool pool -> max(x, pool.kernelH(), pool.kernelW(), pool.window());
            case Operator.AveragePool pool ->
                    average(x, pool.kernelH(), pool.kernelW(), pool.window());
            case Operator.Reshape reshape -> x.reshape(shape(reshape.shape(), x));
            case Operator.Flatten _ -> x.reshape(x.getShape().get(0), -1);
            case GradientOperator gradient -> NativeGradients.apply(gradient, inputs);
            case UpdateOperator update -> apply(update, inputs);
        };
    }

    private static NDArray apply(UpdateOperator update, List<NDArray> in) {
        return switch (update) {
            case UpdateOperator.Momentum _ -> in.get(0).mul(in.get(2)).add(in.get(1));
            case UpdateOperator.GradientDescent _ -> in.get(0).sub(in.get(1).mul(in.get(2)));
            case UpdateOperator.MovingAverage _ ->
                    in.get(0).mul(in.get(2)).add(in.get(1).mul(in.get(2).neg().add(1)));
            case UpdateOperator.Adam _ -> {
                NDArray scale = in.get(2).sqrt().add(in.get(4));
                yield in.get(0).sub(in.get(1).mul(in.get(3)).div(scale));
            }
        };
    }

    static NDArray convolution(NDArray image, NDArray filters, NDArray bias, Window window) {
        if (window.padTop() == window.padBottom() && window.padLeft() == window.padRight()) {
            Shape padding = new Shape(window.padTop(), window.padLeft());
            return Conv2d.conv2d(image, filters, bias, strides(window), padding).head();
        }
        return Conv2d.conv2d(padded(image, window, 0), filters, bias, strides(window)).head();
    }

    static NDArray max(NDArray image, int kernelH, int kernelW, Window window) {
        NDArray padded = padded(image, window, Double.NEGATIVE_INFINITY);
        Shape kernel = new Shape(kernelH, kernelW);
        return Pool.maxPool2d(padded, kernel, strides(window), NO_PADDING, false);
    }

    /** The mean with padding as zeros, divided by the share of each window that is no padding. */
    static NDArray average(NDArray image, int kernelH, int kernelW, Window window) {
        Shape kernel = new Shape(kernelH, kernelW);
        NDArray mean = meanOfPadded(image, kernel, window);
        return unpadded(window) ? mean : mean.div(meanOfPadded(image.onesLike(), kernel, window));
    }

    private static NDArray meanOfPadded(NDArray image, Shape kernel, Window window) {
        NDArray padded = padded(image, window, 0);
        return Pool.avgPool2d(padded, kernel, strides(window), NO_PADDING, false, true);
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
