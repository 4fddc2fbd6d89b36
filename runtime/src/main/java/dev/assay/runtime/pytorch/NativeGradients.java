package dev.assay.runtime.pytorch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;

import dev.assay.models.graph.GradientOperator;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.Window;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Vector-Jacobian products over PyTorch's arrays. Those of windows are PyTorch's own: DJL has no
 * other way to its kernels than to run the operator forward and to pull a vector back through it.
 */
final class NativeGradients {
    /** DJL collects gradients for one thread of the process at a time. */
    private static final Object COLLECTOR = new Object();

    private NativeGradients() {}

    static NDArray apply(GradientOperator operator, List<NDArray> inputs) {
        NDArray dy = inputs.get(0);
        NDArray x = inputs.get(1);
        return switch (operator) {
            case GradientOperator.ReluGrad _ -> dy.mul(x.gt(0));
            case GradientOperator.SoftmaxCrossEntropyLossGrad _ ->
                    x.softmax(-1).sub(inputs.get(2)).mul(dy.div(x.getShape().get(0)));
            case GradientOperator.ConvWeightGrad(int height, int width, Window window) -> {
                long filters = dy.getShape().get(1);
                Shape shape = new Shape(filters, x.getShape().get(1), height, width);
                NDArray bias = dy.getManager().zeros(new Shape(filters));
                yield pulled(
                        dy.getManager().zeros(shape),
                        dy,
                        w -> NativeOperators.convolution(x, w, bias, window));
            }
            case GradientOperator.MaxPoolGrad(int height, int width, Window window) ->
                    pulled(
                            x.duplicate(),
                            dy,
                            image -> NativeOperators.max(image, height, width, window));
            case GradientOperator.AveragePoolGrad(int height, int width, Window window) ->
                    pulled(
                            x.duplicate(),
                            dy,
                            image -> NativeOperators.average(image, height, width, window));
        };
    }

    static NDArray convTranspose(NDArray dy, NDArray filters, Operator.ConvTranspose operator) {
        Window window = operator.window();
        Shape from = dy.getShape();
        Shape kernel = filters.getShape();
        long height =
                (from.get(2) - 1) * window.strideH()
                        + kernel.get(2)
                        + operator.outputPadH()
                        - window.padTop()
                        - window.padBottom();
        long width =
                (from.get(3) - 1) * window.strideW()
                        + kernel.get(3)
                        + operator.outputPadW()
                        - window.padLeft()
                        - window.padRight();
        NDArray bias = dy.getManager().zeros(new Shape(kernel.get(0)));
        return pulled(
                dy.getManager().zeros(new Shape(from.get(0), kernel.get(1), height, width)),
                dy,
                image -> NativeOperators.convolution(image, filters, bias, window));
    }

    /** The gradient of {@code dy · forward(at)} with respect to {@code at}, a fresh array. */
    private static NDArray pulled(NDArray at, NDArray dy, UnaryOperator<NDArray> forward) {
        synchronized (COLLECTOR) {
            at.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                collector.backward(forward.apply(at).mul(dy).sum());
            }
            return at.getGradient();
        }
    }
}
