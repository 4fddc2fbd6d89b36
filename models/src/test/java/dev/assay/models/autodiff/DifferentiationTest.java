package dev.assay.models.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.assay.models.ModelException;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Gradients against central finite differences, both in double precision. */
final class DifferentiationTest {
    private static final int N = Shape.BATCH;
    private static final int ROWS = 3;
    private static final double STEP = 1e-5;

    static Stream<Arguments> operators() {
        Window odd = new Window(2, 3, 1, 0, 2, 1);
        return Stream.of(
                of(new Operator.MatMul(), f32(N, 4), f32(4, 5)),
                of(new Operator.MatMul(), f32(2, 4), f32(4, 5)),
                of(new Operator.Gemm(false, false), f32(N, 4), f32(4, 5)),
                of(new Operator.Gemm(false, true), f32(N, 4), f32(5, 4)),
                of(new Operator.Gemm(true, false), f32(N, 4), f32(N, 5)),
                of(new Operator.Gemm(true, true), f32(4, 3), f32(5, 4)),
                of(new Operator.Add(), f32(N, 4), f32(4)),
                of(new Operator.Add(), f32(N, 4), f32(N, 4)),
                of(new Operator.Add(), f32(N, 4, 2), f32(N, 1, 2)),
                of(new Operator.Add(), f32(N, 4, 2), f32(4, 1)),
                of(new Operator.Add(), f32(N, 4), f32()),
                of(new Operator.Mul(), f32(N, 4), f32(4)),
                of(new Operator.Mul(), f32(N, 4), f32(N, 4)),
                of(new Operator.Mul(), f32(N, 4, 2), f32(1, 4, 1)),
                of(new Operator.Mul(), f32(2), f32(1)),
                of(new Operator.Relu(), f32(N, 4)),
                of(new Operator.Conv(Window.of(1, 1)), f32(N, 2, 5, 4), f32(3, 2, 3, 3), f32(3)),
                of(new Operator.Conv(odd), f32(N, 2, 6, 9), f32(3, 2, 2, 3), f32(3)),
                of(new Operator.Conv(odd), f32(2, 1, 5, 6), f32(1, 1, 3, 2), f32(1)),
                of(
                        new Operator.Conv(new Window(1, 1, 3, 2, 0, 4)),
                        f32(N, 1, 3, 3),
                        f32(2, 1, 2, 2),
                        f32(2)),
                of(new Operator.MaxPool(2, 2, Window.of(2, 0)), f32(N, 2, 4, 5)),
                of(new Operator.MaxPool(3, 2, new Window(1, 2, 2, 1, 0, 1)), f32(N, 2, 4, 5)),
                of(new Operator.AveragePool(2, 2, Window.of(2, 0)), f32(N, 2, 4, 5)),
                of(new Operator.AveragePool(3, 2, new Window(1, 2, 2, 1, 0, 1)), f32(N, 2, 4, 5)),
                of(new Operator.Reshape(Shape.of(N, 2, 3)), f32(N, 6)),
                of(new Operator.Flatten(), f32(N, 2, 3)),
                of(new Operator.Transpose(List.of(0, 2, 1)), f32(N, 2, 3)),
                of(new Operator.Transpose(List.of(2, 0, 1)), f32(4, 2, 3)));
    }

    @ParameterizedTest
    @MethodSource("operators")
    void gradient_ofEveryInput_isThatOfFiniteDifferences(Operator operator, List<TensorType> inputs)
            throws Exception {
        Graph.Builder graph = Graph.builder();
        String[] names = new String[inputs.size()];
        for (int i = 0; i < names.length; i++) {
            names[i] = "x" + i;
            graph.input(names[i], inputs.get(i));
        }
        check(graph.node("y", operator, names), "y", Map.of(), names);
    }

    @Test
    void gradient_ofCrossEntropy_isThatOfFiniteDifferences() throws Exception {
        Graph.Builder graph =
                Graph.builder()
                        .input("x", f32(N, 4))
                        .input("t", f32(N, 4))
                        .node("y", new Operator.SoftmaxCrossEntropyLoss(), "x", "t");
        double[] oneHot = {0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1};
        check(graph, "y", Map.of("t", oneHot), "x");
        double[] soft = {.1, .2, .3, .4, .25, .25, .25, .25, 0, 0, 1, 0};
        check(graph, "y", Map.of("t", soft), "x");
    }

    @Test
    void gradient_ofAValueReadSeveralTimes_sumsAllWays() throws Exception {
        Graph.Builder graph =
                Graph.builder()
                        .input("x", f32(N, 3))
                        .input("w", f32(3, 3))
                        .node("a", new Operator.MatMul(), "x", "w")
                        .node("b", new Operator.Relu(), "a")
                        .node("c", new Operator.Mul(), "a", "b")
                        .node("d", new Operator.Add(), "c", "x")
                        .node("square", new Operator.Mul(), "d", "d")
                        .node("aside", new Operator.Relu(), "d")
                        .node("y", new Operator.MatMul(), "square", "w");
        check(graph, "y", Map.of(), "x", "w");
    }

    @Test
    void gradient_whoseNameIsTaken_getsAnother() throws Exception {
        Graph.Builder graph =
                Graph.builder()
                        .input("x", f32(N, 3))
                        .input("w", f32(3, 3))
                        .input("w/2", f32(3))
                        .node("a", new Operator.MatMul(), "x", "w")
                        .node("b", new Operator.Relu(), "a")
                        .node("c", new Operator.Mul(), "b", "w/2")
                        .node("grad/x", new Operator.MatMul(), "c", "w")
                        .node("y", new Operator.Mul(), "grad/x", "w/2");
        check(graph, "y", Map.of(), "x", "w", "w/2");
    }

    @Test
    void gradient_ofOneValueOnly_computesNoOther() throws Exception {
        Graph.Builder builder =
                Graph.builder()
                        .input("x", f32(N, 3))
                        .input("w", f32(3, 3))
                        .node("y", new Operator.MatMul(), "x", "w");
        Graph forward = builder.build("y");
        builder.input("v", f32(N, 3));
        Differentiation.add(forward, "y", "v", List.of("w"), builder);
        assertThat(builder.build("y").nodes()).hasSize(2);
    }

    @Test
    void softmax_onTheWay_isRefusedByName() throws Exception {
        Graph.Builder builder =
                Graph.builder().input("x", f32(N, 3)).node("y", new Operator.Softmax(), "x");
        Graph forward = builder.build("y");
        builder.input("v", f32(N, 3));
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> Differentiation.add(forward, "y", "v", List.of("x"), builder))
                .withMessageContaining("node 'y': Softmax cannot be differentiated")
                .withMessageContaining("'x'");
    }

    @Test
    void value_withoutInfluence_isRefusedByName() throws Exception {
        Graph.Builder builder =
                Graph.builder()
                        .input("x", f32(N, 3))
                        .input("z", f32(2))
                        .node("y", new Operator.Relu(), "x");
        Graph forward = builder.build("y");
        builder.input("v", f32(N, 3));
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> Differentiation.add(forward, "y", "v", List.of("z"), builder))
                .withMessageContaining("'z' has no influence on 'y'");
    }

    /** Compares every element of the gradients of {@code v · y} with respect to some values. */
    private static void check(
            Graph.Builder builder, String output, Map<String, double[]> fixed, String... values)
            throws ModelException {
        Graph forward = builder.build(output);
        Graph.Builder both = Graph.builder();
        Map<String, double[]> given = new HashMap<>();
        Random random = new Random(1);
        for (Map.Entry<String, TensorType> input : forward.inputs().entrySet()) {
            both.input(input.getKey(), input.getValue());
            double[] drawn = apart(random, elements(input.getValue()));
            given.put(input.getKey(), fixed.getOrDefault(input.getKey(), drawn));
        }
        both.input("v", forward.type(output));
        given.put("v", apart(random, elements(forward.type(output))));
        for (var node : forward.nodes()) {
            both.node(node.name(), node.operator(), node.inputs().toArray(String[]::new));
        }
        Map<String, String> gradients =
                Differentiation.add(forward, output, "v", List.of(values), both);
        Graph graph = both.build(output);
        Map<String, double[]> computed = DoubleOracle.run(graph, ROWS, given);
        for (String value : values) {
            double[] gradient = computed.get(gradients.get(value));
            assertThat(graph.type(gradients.get(value))).isEqualTo(graph.type(value));
            for (int i = 0; i < gradient.length; i++) {
                double up = product(forward, output, moved(given, value, i, STEP));
                double down = product(forward, output, moved(given, value, i, -STEP));
                assertThat(gradient[i])
                        .as("%s[%d]", value, i)
                        .isCloseTo((up - down) / (2 * STEP), within(1e-7));
            }
        }
    }

    private static double product(Graph forward, String output, Map<String, double[]> given) {
        double[] y = DoubleOracle.run(forward, ROWS, given).get(output);
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += given.get("v")[i] * y[i];
        }
        return sum;
    }

    private static Map<String, double[]> moved(
            Map<String, double[]> given, String value, int index, double step) {
        Map<String, double[]> moved = new HashMap<>(given);
        double[] values = given.get(value).clone();
        values[index] += step;
        moved.put(value, values);
        return moved;
    }

    /** Values about zero of which no two, and none and 0, are closer than many steps. */
    private static double[] apart(Random random, int count) {
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add((i + 0.5 - count / 2) * 2.0 / count);
        }
        java.util.Collections.shuffle(values, random);
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static int elements(TensorType type) {
        return type.shape().withBatch(ROWS).elements();
    }

    private static Arguments of(Operator operator, TensorType... inputs) {
        return Arguments.of(operator, List.of(inputs));
    }

    private static TensorType f32(int... dims) {
        return TensorType.f32(dims);
    }
}
