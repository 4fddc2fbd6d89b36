package dev.assay.runtime.exact;

import dev.assay.models.graph.GradientOperator;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.UpdateOperator;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** What training adds to {@link Oracle}: definitions as plain loops over single floats. */
final class TrainingOracle {
    private TrainingOracle() {}

    static Tensor sum(Tensor x, List<Integer> axes) {
        List<Integer> kept = new ArrayList<>();
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            if (!axes.contains(axis)) {
                kept.add(axis);
            }
        }
        Shape shape = Shape.of(kept.stream().map(x.shape()::dim).toList());
        float[] y = new float[shape.elements()];
        for (int i = 0; i < x.values().length; i++) {
            int at = 0;
            for (int axis : kept) {
                at = at * x.shape().dim(axis) + index(x.shape(), i, axis);
            }
            y[at] += x.values()[i];
        }
        return Tensor.of(shape, y);
    }

    static Tensor transpose(Tensor x, List<Integer> perm) {
        Shape shape = Shape.of(perm.stream().map(x.shape()::dim).toList());
        float[] y = new float[shape.elements()];
        for (int i = 0; i < y.length; i++) {
            int at = 0;
            for (int axis : perm) {
                at = at * x.shape().dim(axis) + index(x.shape(), i, axis);
            }
            y[at] = x.values()[i];
        }
        return Tensor.of(shape, y);
    }

    /** The index along an axis of element {@code i}. */
    private static int index(Shape shape, int i, int axis) {
        return i / shape.elementsFrom(axis + 1) % shape.dim(axis);
    }

    static Tensor loss(Tensor scores, Tensor targets) {
        int rows = scores.shape().dim(0);
        int columns = scores.shape().dim(1);
        float total = 0f;
        for (int row = 0; row < rows; row++) {
            float max = Float.NEGATIVE_INFINITY;
            for (int c = 0; c < columns; c++) {
                max = Math.max(max, scores.values()[row * columns + c]);
            }
            float exps = 0f;
            float products = 0f;
            for (int c = 0; c < columns; c++) {
                float x = scores.values()[row * columns + c] - max;
                exps += Oracle.exp(x);
                products = Math.fma(targets.values()[row * columns + c], x, products);
            }
            total += Log.of(exps) - products;
        }
        return Tensor.of(Shape.of(), new float[] {total / rows});
    }

    /** Each output by looking for the inputs that {@link Operator.Conv} would have put there. */
    static Tensor convTranspose(Tensor x, Tensor filters, Operator.ConvTranspose operator) {
        Window w = operator.window();
        int outs = filters.shape().dim(0);
        int kernelH = filters.shape().dim(2);
        int kernelW = filters.shape().dim(3);
        int height =
                (x.shape().dim(2) - 1) * w.strideH()
                        + kernelH
                        + operator.outputPadH()
                        - w.padTop()
                        - w.padBottom();
        int width =
                (x.shape().dim(3) - 1) * w.strideW()
                        + kernelW
                        + operator.outputPadW()
                        - w.padLeft()
                        - w.padRight();
        Shape shape = Shape.of(x.shape().dim(0), filters.shape().dim(1), height, width);
        float[] y = new float[shape.elements()];
        for (int at = 0; at < y.length; at++) {
            int n = index(shape, at, 0);
            int c = index(shape, at, 1);
            float sum = 0f;
            for (int o = 0; o < outs; o++) {
                for (int kh = kernelH - 1; kh >= 0; kh--) {
                    for (int kw = kernelW - 1; kw >= 0; kw--) {
                        int i = index(shape, at, 2) + w.padTop() - kh;
                        int j = index(shape, at, 3) + w.padLeft() - kw;
                        boolean there =
                                Math.floorMod(i, w.strideH()) == 0
                                        && Math.floorMod(j, w.strideW()) == 0
                                        && Oracle.inside(
                                                x,
                                                Math.floorDiv(i, w.strideH()),
                                                Math.floorDiv(j, w.strideW()));
                        float term =
                                there
                                        ? Oracle.element(x, n, o, i / w.strideH(), j / w.strideW())
                                        : 0f;
                        sum = Math.fma(term, Oracle.element(filters, o, c, kh, kw), sum);
                    }
                }
            }
            y[at] = sum;
        }
        return Tensor.of(shape, y);
    }

    static Tensor gradient(GradientOperator operator, Tensor... in) {
        Tensor dy = in[0];
        Tensor x = in[1];
        return switch (operator) {
            case GradientOperator.ReluGrad _ -> {
                float[] dx = dy.values().clone();
                for (int i = 0; i < dx.length; i++) {
                    dx[i] = x.values()[i] <= 0f ? 0f : dx[i];
                }
                yield Tensor.of(x.shape(), dx);
            }
            case GradientOperator.SoftmaxCrossEntropyLossGrad _ -> {
                float[] dx = Oracle.softmax(x).values();
                for (int i = 0; i < dx.length; i++) {
                    dx[i] = (dx[i] - in[2].values()[i]) * (dy.values()[0] / x.shape().dim(0));
                }
                yield Tensor.of(x.shape(), dx);
            }
            case GradientOperator.ConvWeightGrad(int height, int width, Window window) ->
                    weights(dy, x, height, width, window);
            case GradientOperator.MaxPoolGrad(int height, int width, Window window) ->
                    pool(false, dy, x, height, width, window);
            case GradientOperator.AveragePoolGrad(int height, int width, Window window) ->
                    pool(true, dy, x, height, width, window);
        };
    }

    private static Tensor weights(Tensor dy, Tensor x, int kernelH, int kernelW, Window w) {
        Shape shape = Shape.of(dy.shape().dim(1), x.shape().dim(1), kernelH, kernelW);
        float[] dw = new float[shape.elements()];
        for (int at = 0; at < dw.length; at++) {
            int o = index(shape, at, 0);
            int c = index(shape, at, 1);
            float sum = 0f;
            for (int n = 0; n < x.shape().dim(0); n++) {
                for (int i = 0; i < dy.shape().dim(2); i++) {
                    for (int j = 0; j < dy.shape().dim(3); j++) {
                        int h = i * w.strideH() + index(shape, at, 2) - w.padTop();
                        int v = j * w.strideW() + index(shape, at, 3) - w.padLeft();
                        float term = Oracle.inside(x, h, v) ? Oracle.element(x, n, c, h, v) : 0f;
                        sum = Math.fma(Oracle.element(dy, n, o, i, j), term, sum);
                    }
                }
            }
            dw[at] = sum;
        }
        return Tensor.of(shape, dw);
    }

    private static Tensor pool(
            boolean mean, Tensor dy, Tensor x, int kernelH, int kernelW, Window window) {
        float[] dx = new float[x.values().length];
        for (int at = 0; at < dy.values().length; at++) {
            List<Integer> elements = new ArrayList<>();
            int plane = at / dy.shape().elementsFrom(2) * x.shape().elementsFrom(2);
            for (int k = 0; k < kernelH * kernelW; k++) {
                int h = index(dy.shape(), at, 2) * window.strideH() + k / kernelW - window.padTop();
                int w =
                        index(dy.shape(), at, 3) * window.strideW()
                                + k % kernelW
                                - window.padLeft();
                if (Oracle.inside(x, h, w)) {
                    elements.add(plane + h * x.shape().dim(3) + w);
                }
            }
            if (mean) {
                float share = dy.values()[at] / elements.size();
                elements.forEach(element -> dx[element] += share);
            } else {
                int largest = -1;
                float max = Float.NEGATIVE_INFINITY;
                for (int element : elements) {
                    float y = x.values()[element];
                    if (y > max || (Float.isNaN(y) && !Float.isNaN(max))) {
                        max = y;
                        largest = element;
                    }
                }
                if (largest >= 0) {
                    dx[largest] += dy.values()[at];
                }
            }
        }
        return Tensor.of(x.shape(), dx);
    }

    static Tensor update(UpdateOperator operator, Tensor... in) {
        float[] y = new float[in[0].values().length];
        for (int i = 0; i < y.length; i++) {
            float a = in[0].values()[i];
            float b = in[1].values()[i];
            y[i] =
                    switch (operator) {
                        case UpdateOperator.Momentum _ -> Math.fma(in[2].values()[0], a, b);
                        case UpdateOperator.GradientDescent _ -> Math.fma(-in[2].values()[0], b, a);
                        case UpdateOperator.MovingAverage _ ->
                                Math.fma(in[2].values()[0], a, (1f - in[2].values()[0]) * b);
                        case UpdateOperator.Adam _ -> {
                            float root = (float) Math.sqrt(in[2].values()[i]);
                            yield a - in[3].values()[0] * b / (root + in[4].values()[0]);
                        }
                    };
        }
        return Tensor.of(in[0].shape(), y);
    }
}
