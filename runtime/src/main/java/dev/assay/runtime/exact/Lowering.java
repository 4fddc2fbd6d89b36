package dev.assay.runtime.exact;

import dev.assay.models.graph.GradientOperator;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Node;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.UpdateOperator;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the kernel that computes a node, and hands it its parameters to be packed. */
final class Lowering {
    private final Graph graph;
    private final Map<String, Tensor> parameters;

    Lowering(Graph graph, Map<String, Tensor> parameters) {
        this.graph = graph;
        this.parameters = parameters;
    }

    /**
     * The kernel of a node; none when the output is the first input under another shape.
     *
     * @throws ArithmeticException when the kernel's arrays would be larger than arrays can be
     */
    Optional<Kernel> kernel(Node node) {
        Shape x = shape(node, 0);
        return switch (node.operator()) {
            case Operator.Reshape _, Operator.Flatten _ -> Optional.empty();
            case Operator.MatMul _ ->
                    Optional.of(
                            new MatMulKernel(
                                    fixedRows(x), x.dim(1), shape(node, 1).dim(1), constant(node)));
            case Operator.Gemm gemm -> Optional.of(new GemmKernel(gemm, x, shape(node, 1)));
            case Operator.Add _ -> Optional.of(BroadcastKernel.sum(x, shape(node, 1)));
            case Operator.Mul _ -> Optional.of(BroadcastKernel.product(x, shape(node, 1)));
            case Operator.ReduceSum sum -> Optional.of(new ReduceSumKernel(x, sum.axes()));
            case Operator.Transpose(List<Integer> perm) ->
                    Optional.of(new TransposeKernel(x, perm));
            case Operator.Relu _ -> Optional.of(new ReluKernel(x.elements()));
            case Operator.Softmax _ -> {
                int columns = x.dim(x.rank() - 1);
                yield Optional.of(new SoftmaxKernel(x.elements() / columns, columns));
            }
            case Operator.SoftmaxCrossEntropyLoss _ ->
                    Optional.of(new CrossEntropyKernel(fixedRows(x), x.dim(1)));
            case Operator.ConvTranspose back ->
                    Optional.of(
                            new ConvTransposeKernel(
                                    x,
                                    shape(node, 1),
                                    graph.type(node.name()).shape(),
                                    back.window()));
            case Operator.Conv conv -> {
                Shape filters = shape(node, 1);
                Patches patches = patches(x, filters.dim(2), filters.dim(3), conv.window());
                yield Optional.of(
                        new ConvKernel(
                                fixedRows(x), x.dim(1), filters.dim(0), patches, constant(node)));
            }
            case Operator.MaxPool pool ->
                    Optional.of(
                            PoolKernel.max(
                                    fixedRows(x) * x.dim(1),
                                    patches(x, pool.kernelH(), pool.kernelW(), pool.window())));
            case Operator.AveragePool pool ->
                    Optional.of(
                            PoolKernel.mean(
                                    fixedRows(x) * x.dim(1),
                                    patches(x, pool.kernelH(), pool.kernelW(), pool.window())));
            case GradientOperator gradient -> Optional.of(kernel(gradient, node));
            case UpdateOperator update ->
                    Optional.of(new ElementKernel(x.elements(), loop(update)));
        };
    }

    private Kernel kernel(GradientOperator gradient, Node node) {
        Shape dy = shape(node, 0);
        Shape x = shape(node, 1);
        return switch (gradient) {
            case GradientOperator.ReluGrad _ ->
                    new ElementKernel(
                            x.elements(),
                            (in, out, begin, end) ->
                                    Elements.reluGrad(in[0], in[1], out, begin, end));
            case GradientOperator.SoftmaxCrossEntropyLossGrad _ ->
                    new CrossEntropyGradKernel(fixedRows(x), x.dim(1));
            case GradientOperator.ConvWeightGrad(int height, int width, Window window) ->
                    new ConvWeightGradKernel(
                            fixedRows(x), x.dim(1), dy.dim(1), patches(x, height, width, window));
            case GradientOperator.MaxPoolGrad(int height, int width, Window window) ->
                    PoolGradKernel.max(fixedRows(x) * x.dim(1), patches(x, height, width, window));
            case GradientOperator.AveragePoolGrad(int height, int width, Window window) ->
                    PoolGradKernel.mean(fixedRows(x) * x.dim(1), patches(x, height, width, window));
        };
    }

    private static ElementKernel.Loop loop(UpdateOperator update) {
        return switch (update) {
            case UpdateOperator.Momentum _ -> Updates::momentum;
            case UpdateOperator.GradientDescent _ -> Updates::gradientDescent;
            case UpdateOperator.MovingAverage _ -> Updates::movingAverage;
            case UpdateOperator.Adam _ -> Updates::adam;
        };
    }

    private Shape shape(Node node, int input) {
        return graph.type(node.inputs().get(input)).shape();
    }

    /** The second input's values, if they are known before a run. */
    private Optional<float[]> constant(Node node) {
        return Optional.ofNullable(parameters.get(node.inputs().get(1))).map(Tensor::values);
    }

    /** The extent of axis 0, or 1 when that is the batch axis. */
    private static int fixedRows(Shape shape) {
        return shape.batched() ? 1 : shape.dim(0);
    }

    private static Patches patches(Shape images, int kernelH, int kernelW, Window window) {
        return new Patches(images.dim(2), images.dim(3), kernelH, kernelW, window);
    }
}
