package dev.assay.models.autodiff;

import dev.assay.models.ModelException;
import dev.assay.models.graph.GradientOperator;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Node;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.UpdateOperator;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Reverse-mode differentiation: given a vector {@code v} of an output's type, adds the nodes that
 * compute {@code v · ∂output/∂value} for some values.
 *
 * <p>Nodes are gone through from the last to the first, and each adds to the gradients of what it
 * reads, in the order of its inputs; so the order of every sum is fixed by the graph. Gradients are
 * named {@code grad/VALUE}, further terms and sums {@code grad/VALUE/2} and so on; names that are
 * taken are passed over. Not thread-safe.
 */
final class Differentiation {
    private final Graph forward;
    private final Graph.Builder into;
    private final Set<String> active;
    private final Map<String, String> gradients = new HashMap<>();
    private final Map<String, Integer> names = new HashMap<>();

    private Differentiation(Graph forward, Graph.Builder into, Collection<String> values) {
        this.forward = forward;
        this.into = into;
        this.active = new HashSet<>(values);
        for (Node node : forward.nodes()) {
            if (node.inputs().stream().anyMatch(active::contains)) {
                active.add(node.name());
            }
        }
    }

    /**
     * Adds the gradients with respect to {@code values}.
     *
     * @param vector name of the value that multiplies the Jacobian from the left
     * @param into holds every value of {@code forward}, and {@code vector}
     * @return the name of each value's gradient, in the order of {@code values}
     */
    static Map<String, String> add(
            Graph forward,
            String output,
            String vector,
            Collection<String> values,
            Graph.Builder into)
            throws ModelException {
        Differentiation differentiation = new Differentiation(forward, into, values);
        differentiation.gradients.put(output, vector);
        for (Node node : forward.nodes().reversed()) {
            String gradient = differentiation.gradients.get(node.name());
            if (gradient != null && differentiation.active.contains(node.name())) {
                differentiation.pull(node, gradient);
            }
        }
        Map<String, String> result = new LinkedHashMap<>();
        for (String value : values) {
            String gradient = differentiation.gradients.get(value);
            if (gradient == null) {
                throw new ModelException(
                        ModelException.Code.BAD_GRAPH,
                        "'" + value + "' has no influence on '" + output + "'; leave it out");
            }
            result.put(value, gradient);
        }
        return result;
    }

    /** Adds what a node's output gradient {@code dy} makes of the gradients of its inputs. */
    private void pull(Node node, String dy) throws ModelException {
        String x = node.inputs().getFirst();
        String second = node.inputs().size() > 1 ? node.inputs().get(1) : x;
        switch (node.operator()) {
            case Operator.MatMul _ -> gemm(new Operator.Gemm(false, false), x, second, dy);
            case Operator.Gemm gemm -> gemm(gemm, x, second, dy);
            case Operator.Add _ -> {
                add(x, dy);
                addReduced(second, dy, shape(x));
            }
            case Operator.Mul _ -> {
                add(x, new Operator.Mul(), dy, second);
                if (active.contains(second)) {
                    addReduced(second, emit(second, new Operator.Mul(), dy, x), shape(x));
                }
            }
            case Operator.Relu _ -> add(x, new GradientOperator.ReluGrad(), dy, x);
            case Operator.SoftmaxCrossEntropyLoss _ -> {
                refuse(node, second);
                add(x, new GradientOperator.SoftmaxCrossEntropyLossGrad(), dy, x, second);
            }
            case Operator.Conv(Window window) ->
                    convolution(window, x, second, node.inputs().get(2), dy);
            case Operator.MaxPool(int height, int width, Window window) ->
                    add(x, new GradientOperator.MaxPoolGrad(height, width, window), dy, x);
            case Operator.AveragePool(int height, int width, Window window) ->
                    add(x, new GradientOperator.AveragePoolGrad(height, width, window), dy, x);
            case Operator.Reshape _, Operator.Flatten _ ->
                    add(x, new Operator.Reshape(shape(x)), dy);
            case Operator.Transpose(List<Integer> perm) ->
                    add(
                            x,
                            new Operator.Transpose(
                                    IntStream.range(0, perm.size())
                                            .mapToObj(perm::indexOf)
                                            .toList()),
                            dy);
            case Operator.Softmax _,
                    Operator.ReduceSum _,
                    Operator.ConvTranspose _,
                    GradientOperator _,
                    UpdateOperator _ ->
                    refuse(node, node.inputs().toArray(String[]::new));
        }
    }

    /** Refuses to differentiate a node with respect to inputs for which there is no operator. */
    private void refuse(Node node, String... inputs) throws ModelException {
        for (String input : inputs) {
            if (active.contains(input)) {
                throw new ModelException(
                        ModelException.Code.BAD_GRAPH,
                        "node '"
                                + node.name()
                                + "': "
                                + node.operator().name()
                                + " cannot be differentiated with respect to '"
                                + input
                                + "'");
            }
        }
    }

    private void gemm(Operator.Gemm gemm, String a, String b, String dy) throws ModelException {
        boolean transA = gemm.transA();
        boolean transB = gemm.transB();
        if (transA) {
            add(a, new Operator.Gemm(transB, true), b, dy);
        } else {
            add(a, new Operator.Gemm(false, !transB), dy, b);
        }
        if (transB) {
            add(b, new Operator.Gemm(true, transA), dy, a);
        } else {
            add(b, new Operator.Gemm(!transA, false), a, dy);
        }
    }

    private void convolution(Window window, String x, String filters, String bias, String dy)
            throws ModelException {
        Shape image = shape(x);
        Shape kernel = shape(filters);
        int padded = window.padTop() + window.padBottom() + image.dim(2) - kernel.dim(2);
        int paddedW = window.padLeft() + window.padRight() + image.dim(3) - kernel.dim(3);
        add(
                x,
                new Operator.ConvTranspose(
                        window, padded % window.strideH(), paddedW % window.strideW()),
                dy,
                filters);
        add(
                filters,
                new GradientOperator.ConvWeightGrad(kernel.dim(2), kernel.dim(3), window),
                dy,
                x);
        add(bias, new Operator.ReduceSum(List.of(0, 2, 3)), dy);
    }

    /** Adds a gradient of shape {@code from} to that of a value that was broadcast to it. */
    private void addReduced(String value, String gradient, Shape from) throws ModelException {
        if (!active.contains(value)) {
            return;
        }
        Shape to = shape(value);
        int lead = from.rank() - to.rank();
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < from.rank(); axis++) {
            if (axis < lead || (to.dim(axis - lead) == 1 && from.dim(axis) != 1)) {
                axes.add(axis);
            }
        }
        String reduced = gradient;
        if (!axes.isEmpty()) {
            reduced = emit(value, new Operator.ReduceSum(axes), gradient);
            if (from.rank() - axes.size() != to.rank()) {
                reduced = emit(value, new Operator.Reshape(to), reduced);
            }
        }
        add(value, reduced);
    }

    /** Adds a new node's output to a value's gradient, if anybody asks for it. */
    private void add(String value, Operator operator, String... from) throws ModelException {
        if (active.contains(value)) {
            add(value, emit(value, operator, from));
        }
    }

    private void add(String value, String term) throws ModelException {
        if (active.contains(value)) {
            String sum = gradients.get(value);
            gradients.put(value, sum == null ? term : emit(value, new Operator.Add(), sum, term));
        }
    }

    /** Adds a node that computes something towards the gradient of {@code value}. */
    private String emit(String value, Operator operator, String... from) throws ModelException {
        String name;
        do {
            int number = names.merge(value, 1, Integer::sum);
            name = "grad/" + value + (number == 1 ? "" : "/" + number);
        } while (into.defines(name));
        into.node(name, operator, from);
        return name;
    }

    private Shape shape(String value) {
        return forward.type(value).shape();
    }
}
