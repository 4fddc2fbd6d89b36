package dev.assay.runtime.exact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Each operator against {@link Oracle}, bit for bit, over seeded shapes and values. */
class ExactOperatorsTest {
    private static final ExactEngine ENGINE = new ExactEngine(2);
    private static final int SEEDS = 150;

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    @Test
    void matMul_anyShape_equalsNaiveLoops() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int k = seeded.integer(1, 300);
            Tensor a = seeded.any(seeded.integer(1, 40), k);
            Tensor b = seeded.finite(k, seeded.integer(1, 90));
            check(new Operator.MatMul(), seed, a, b);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 128, 257})
    void matMul_largerThanEveryBlock_equalsNaiveLoops(int k) throws Exception {
        Seeded seeded = new Seeded(k);
        Tensor a = seeded.plain(601, k);
        Tensor b = seeded.plain(k, 1111);
        check(new Operator.MatMul(), k, a, b);
    }

    @Test
    void matMul_sumOfNegativeZero_staysNegativeZero() throws Exception {
        Tensor a = Tensor.of(Shape.of(1, 1), new float[] {-Float.MIN_VALUE});
        Tensor b = Tensor.of(Shape.of(1, 1), new float[] {Float.MIN_VALUE});
        Graph graph =
                Graph.builder()
                        .input("a", a.type())
                        .input("b", b.type())
                        .node("c", new Operator.MatMul(), "a", "b")
                        .build("c");
        assertThat(run(graph, Map.of(), a, b).values()).isEqualTo(new float[] {-0f});
    }

    @Test
    void add_anyBroadcast_equalsNaiveLoops() throws Exception {
        for (int seed = 0; seed < 4 * SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int[] dims = new int[seeded.integer(1, 4)];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = seeded.integer(1, 9);
            }
            int[] other = new int[seeded.integer(0, dims.length)];
            for (int i = 0; i < other.length; i++) {
                other[i] = seeded.chance(0.4) ? 1 : dims[i + dims.length - other.length];
            }
            Tensor a = seeded.any(dims);
            Tensor b = seeded.any(other);
            check(new Operator.Add(), seed, a, b);
        }
    }

    @Test
    void relu_anyValues_equalsNaiveLoops() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            Tensor x = seeded.any(seeded.integer(1, 50), seeded.integer(1, 50));
            check(new Operator.Relu(), seed, x);
        }
    }

    @Test
    void softmax_anyValues_equalsNaiveLoops() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int columns = seeded.integer(1, 70);
            Tensor x =
                    seeded.chance(0.5)
                            ? seeded.plain(seeded.integer(1, 50), columns)
                            : seeded.any(seeded.integer(1, 4), seeded.integer(1, 9), columns);
            check(new Operator.Softmax(), seed, x);
        }
    }

    @Test
    void conv_anyShape_equalsNaiveLoops() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int channels = seeded.integer(1, 9);
            int kernelH = seeded.integer(1, 5);
            int kernelW = seeded.integer(1, 5);
            int filters = seeded.integer(1, 20);
            Tensor x =
                    seeded.any(
                            seeded.integer(1, 9),
                            channels,
                            seeded.integer(kernelH, 12),
                            seeded.integer(kernelW, 20));
            Tensor weights = seeded.finite(filters, channels, kernelH, kernelW);
            Tensor bias = seeded.finite(filters);
            Window window = window(seeded, 4, 4);
            check(new Operator.Conv(window), seed, x, weights, bias);
        }
    }

    @Test
    void conv_largerThanEveryBlock_equalsNaiveLoops() throws Exception {
        Seeded seeded = new Seeded(1);
        Tensor x = seeded.plain(3, 24, 70, 81);
        Tensor weights = seeded.plain(33, 24, 3, 3);
        Tensor bias = seeded.plain(33);
        check(new Operator.Conv(Window.of(1, 1)), 1, x, weights, bias);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pool_anyShape_equalsNaiveLoops(boolean mean) throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Seeded seeded = new Seeded(seed);
            int kernelH = seeded.integer(1, 4);
            int kernelW = seeded.integer(1, 4);
            Tensor x =
                    seeded.any(
                            seeded.integer(1, 9),
                            seeded.integer(1, 9),
                            seeded.integer(kernelH, 12),
                            seeded.integer(kernelW, 40));
            Window window = window(seeded, kernelH - 1, kernelW - 1);
            Operator operator =
                    mean
                            ? new Operator.AveragePool(kernelH, kernelW, window)
                            : new Operator.MaxPool(kernelH, kernelW, window);
            check(operator, seed, x);
        }
    }

    @Test
    void reshape_anyShape_keepsValues() throws Exception {
        Tensor x = new Seeded(1).any(4, 3, 5);
        check(new Operator.Reshape(Shape.of(5, 12)), 0, x);
        check(new Operator.Flatten(), 0, x);
    }

    private static Window window(Seeded seeded, int maxPadH, int maxPadW) {
        return new Window(
                seeded.integer(1, 3),
                seeded.integer(1, 3),
                seeded.integer(0, maxPadH),
                seeded.integer(0, maxPadW),
                seeded.integer(0, maxPadH),
                seeded.integer(0, maxPadW));
    }

    /** Runs one operator with its later inputs given as parameters, then as inputs. */
    private static void check(Operator operator, int seed, Tensor... operands) throws Exception {
        Tensor expected = Oracle.compute(operator, operands);
        Map<String, Tensor> values = new HashMap<>();
        Graph.Builder loaded = Graph.builder();
        Graph.Builder given = Graph.builder();
        String[] names = new String[operands.length];
        for (int i = 0; i < operands.length; i++) {
            names[i] = "x" + i;
            given.input(names[i], operands[i].type());
            if (i == 0) {
                loaded.input(names[i], operands[i].type());
            } else {
                loaded.parameter(names[i], operands[i].type());
                values.put(names[i], operands[i]);
            }
        }
        Graph withParameters = loaded.node("y", operator, names).build("y");
        Graph withInputs = given.node("y", operator, names).build("y");
        assertSame(run(withParameters, values, operands[0]), expected, operator + " " + seed);
        assertSame(run(withInputs, Map.of(), operands), expected, operator + " " + seed);
    }

    private static Tensor run(Graph graph, Map<String, Tensor> parameters, Tensor... inputs)
            throws Exception {
        try (LoadedModel model = ENGINE.load(graph, parameters)) {
            return model.run(List.of(inputs), Trace.OFF).getFirst();
        }
    }

    private static void assertSame(Tensor actual, Tensor expected, String what) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        assertThat(actual.values()).as(what).isEqualTo(expected.values());
    }
}
