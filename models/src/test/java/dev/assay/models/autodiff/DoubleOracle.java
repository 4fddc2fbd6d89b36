package dev.assay.models.autodiff;

import dev.assay.models.graph.GradientOperator;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Node;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.UpdateOperator;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs a graph in double precision: every operator's definition as plain loops. */
final class DoubleOracle {
    private final Graph graph;
    private final int rows;
    private final Map<String, double[]> values;

    private DoubleOracle(Graph graph, int rows, Map<String, double[]> given) {
        this.graph = graph;
        this.rows = rows;
        this.values = new HashMap<>(given);
    }

    /** Every value of the graph, by name. */
    static Map<String, double[]> run(Graph graph, int rows, Map<String, double[]> given) {
        DoubleOracle oracle = new DoubleOracle(graph, rows, given);
        for (Node node : graph.nodes()) {
            oracle.values.put(node.name(), oracle.compute(node));
        }
        return oracle.values;
    }

    private Shape shape(String value) {
        return graph.type(value).shape().withBatch(rows);
    }

    private double[] compute(Node node) {
        List<String> in = node.inputs();
        Shape shape = shape(node.name());
        double[] x = values.get(in.get(0));
        double[] second = in.size() > 1 ? values.get(in.get(1)) : x;
        Shape xs = shape(in.get(0));
        Shape ss = in.size() > 1 ? shape(in.get(1)) : xs;
        return switch (node.operator()) {
            case Operator.MatMul _ -> product(false, false, x, xs, second, ss);
            case Operator.Gemm(boolean a, boolean b) -> product(a, b, x, xs, second, ss);
            case Operator.Add _ -> broadcast(false, x, xs, second, ss);
            case Operator.Mul _ -> broadcast(true, x, xs, second, ss);
            case Operator.ReduceSum(List<Integer> axes) -> {
                double[] y = new double[shape.elements()];
                for (int i = 0; i < x.length; i++) {
                    int at = 0;
                    for (int axis = 0; axis < xs.rank(); axis++) {
                        at = axes.contains(axis) ? at : at * xs.dim(axis) + index(xs, i, axis);
                    }
                    y[at] += x[i];
                }
                yield y;
            }
            case Operator.Relu _ -> Arrays.stream(x).map(v -> Math.max(v, 0)).toArray();
            case Operator.Softmax _ -> softmax(x, xs);
            case Operator.SoftmaxCrossEntropyLoss _ -> {
                double[] p = softmax(x, xs);
                double loss = 0;
                for (int i = 0; i < p.length; i++) {
                    loss -= second[i] * Math.log(p[i]) / xs.dim(0);
                }
                yield new double[] {loss};
            }
            case Operator.Conv(Window w) -> {
                double[] y = new double[shape.elements()];
                double[] bias = values.get(in.get(2));
                Arrays.setAll(y, i -> bias[index(shape, i, 1)]);
                taps(xs, shape, ss, w, (i, o, k) -> y[o] += x[i] * second[k]);
                yield y;
            }
            case Operator.ConvTranspose back -> {
                double[] y = new double[shape.elements()];
                taps(shape, xs, ss, back.window(), (i, o, k) -> y[i] += x[o] * second[k]);
                yield y;
            }
            case Operator.MaxPool(int h, int w, Window window) -> {
                double[] y = new double[shape.elements()];
                Arrays.fill(y, Double.NEGATIVE_INFINITY);
                windows(xs, shape, h, w, window, (i, o, _) -> y[o] = Math.max(y[o], x[i]));
                yield y;
            }
            case Operator.AveragePool(int h, int w, Window window) -> {
                double[] y = new double[shape.elements()];
                int[] counts = new int[y.length];
                windows(xs, shape, h, w, window, (_, o, _) -> counts[o]++);
                windows(xs, shape, h, w, window, (i, o, _) -> y[o] += x[i] / counts[o]);
                yield y;
            }
            case Operator.Reshape _, Operator.Flatten _ -> x;
            case Operator.Transpose(List<Integer> perm) -> {
                double[] y = new double[x.length];
                for (int i = 0; i < y.length; i++) {
                    int at = 0;
                    for (int axis = 0; axis < xs.rank(); axis++) {
                        at = at * xs.dim(axis) + index(shape, i, perm.indexOf(axis));
                    }
                    y[i] = x[at];
                }
                yield y;
            }
            case GradientOperator gradient -> gradient(gradient, node);
            case UpdateOperator update -> update(update, in);
        };
    }

    private double[] gradient(GradientOperator operator, Node node) {
        List<String> in = node.inputs();
        double[] dy = values.get(in.get(0));
        double[] x = values.get(in.get(1));
        Shape ys = shape(in.get(0));
        Shape xs = shape(in.get(1));
        double[] dx = new double[shape(node.name()).elements()];
        switch (operator) {
            case GradientOperator.ReluGrad _ -> Arrays.setAll(dx, i -> x[i] > 0 ? dy[i] : 0);
            case GradientOperator.SoftmaxCrossEntropyLossGrad _ -> {
                double[] p = softmax(x, xs);
                double[] t = values.get(in.get(2));
                Arrays.setAll(dx, i -> (p[i] - t[i]) * dy[0] / xs.dim(0));
            }
            case GradientOperator.ConvWeightGrad(_, _, Window w) ->
                    taps(xs, ys, shape(node.name()), w, (i, o, k) -> dx[k] += dy[o] * x[i]);
            case GradientOperator.MaxPoolGrad(int h, int w, Window window) -> {
                int[] largest = new int[dy.length];
                Arrays.fill(largest, -1);
                windows(
                        xs,
                        ys,
                        h,
                        w,
                        window,
                        (i, o, _) ->
                                largest[o] =
                                        largest[o] < 0 || x[i] > x[largest[o]] ? i : largest[o]);
                for (int o = 0; o < dy.length; o++) {
                    dx[largest[o]] += dy[o];
                }
            }
            case GradientOperator.AveragePoolGrad(int h, int w, Window window) -> {
                int[] counts = new int[dy.length];
                windows(xs, ys, h, w, window, (_, o, _) -> counts[o]++);
                windows(xs, ys, h, w, window, (i, o, _) -> dx[i] += dy[o] / counts[o]);
            }
        }
        return dx;
    }

    private double[] update(UpdateOperator operator, List<String> in) {
        double[] a = values.get(in.get(0));
        double[] b = values.get(in.get(1));
        double[] c = values.get(in.get(2));
        double[] y = new double[a.length];
        switch (operator) {
            case UpdateOperator.Momentum _ -> Arrays.setAll(y, i -> c[0] * a[i] + b[i]);
            case UpdateOperator.GradientDescent _ -> Arrays.setAll(y, i -> a[i] - c[0] * b[i]);
            case UpdateOperator.MovingAverage _ ->
                    Arrays.setAll(y, i -> c[0] * a[i] + (1 - c[0]) * b[i]);
            case UpdateOperator.Adam _ -> {
                double rate = values.get(in.get(3))[0];
                double epsilon = values.get(in.get(4))[0];
                Arrays.setAll(y, i -> a[i] - rate * b[i] / (Math.sqrt(c[i]) + epsilon));
            }
        }
        return y;
    }

    private static int index(Shape shape, int i, int axis) {
        return i / shape.elementsFrom(axis + 1) % shape.dim(axis);
    }

    private static double[] product(
            boolean transA, boolean transB, double[] a, Shape as, double[] b, Shape bs) {
        int m = as.dim(transA ? 1 : 0);
        int depth = as.dim(transA ? 0 : 1);
        int n = bs.dim(transB ? 0 : 1);
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < depth; k++) {
                    c[i * n + j] +=
                            a[transA ? k * m + i : i * depth + k]
                                    * b[transB ? j * depth + k : k * n + j];
                }
            }
        }
        return c;
    }

    private static double[] broadcast(boolean product, double[] a, Shape as, double[] b, Shape bs) {
        double[] c = new double[a.length];
        int lead = as.rank() - bs.rank();
        for (int i = 0; i < c.length; i++) {
            int at = 0;
            for (int axis = 0; axis < bs.rank(); axis++) {
                int extent = bs.dim(axis);
                at = at * extent + (extent == 1 ? 0 : index(as, i, axis + lead));
            }
            c[i] = product ? a[i] * b[at] : a[i] + b[at];
        }
        return c;
    }

    private static double[] softmax(double[] x, Shape shape) {
        int columns = shape.dim(shape.rank() - 1);
        double[] y = new double[x.length];
        for (int row = 0; row < x.length; row += columns) {
            double max = Arrays.stream(x, row, row + columns).max().orElseThrow();
            double sum = Arrays.stream(x, row, row + columns).map(v -> Math.exp(v - max)).sum();
            for (int i = row; i < row + columns; i++) {
                y[i] = Math.exp(x[i] - max) / sum;
            }
        }
        return y;
    }

    /** Is told which image element, output and kernel element belong together. */
    private interface Tap {
        void at(int image, int output, int kernel);
    }

    /** Every tap of a convolution from images to outputs. */
    private static void taps(Shape images, Shape outputs, Shape filters, Window w, Tap tap) {
        int area = filters.elementsFrom(2);
        for (int n = 0; n < images.dim(0); n++) {
            for (int o = 0; o < filters.dim(0); o++) {
                for (int c = 0; c < filters.dim(1); c++) {
                    int plane = n * images.dim(1) + c;
                    int outPlane = n * outputs.dim(1) + o;
                    int first = (o * filters.dim(1) + c) * area;
                    plane(
                            images,
                            plane,
                            outputs,
                            outPlane,
                            filters.dim(2),
                            filters.dim(3),
                            w,
                            (i, out, k) -> tap.at(i, out, first + k));
                }
            }
        }
    }

    /** Every tap of a pooling window. */
    private static void windows(
            Shape images, Shape outputs, int kernelH, int kernelW, Window w, Tap tap) {
        for (int plane = 0; plane < images.dim(0) * images.dim(1); plane++) {
            plane(images, plane, outputs, plane, kernelH, kernelW, w, tap);
        }
    }

    private static void plane(
            Shape images,
            int plane,
            Shape outputs,
            int outPlane,
            int kernelH,
            int kernelW,
            Window window,
            Tap tap) {
        for (int o = 0; o < outputs.elementsFrom(2); o++) {
            for (int k = 0; k < kernelH * kernelW; k++) {
                int h = o / outputs.dim(3) * window.strideH() + k / kernelW - window.padTop();
                int w = o % outputs.dim(3) * window.strideW() + k % kernelW - window.padLeft();
                if (h >= 0 && w >= 0 && h < images.dim(2) && w < images.dim(3)) {
                    int image = (plane * images.dim(2) + h) * images.dim(3) + w;
                    tap.at(image, outPlane * outputs.elementsFrom(2) + o, k);
                }
            }
        }
    }
}
