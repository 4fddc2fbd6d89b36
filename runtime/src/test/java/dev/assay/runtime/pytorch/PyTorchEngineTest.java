package dev.assay.runtime.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.Operator.Add;
import dev.assay.models.graph.Operator.AveragePool;
import dev.assay.models.graph.Operator.Conv;
import dev.assay.models.graph.Operator.Flatten;
import dev.assay.models.graph.Operator.MatMul;
import dev.assay.models.graph.Operator.MaxPool;
import dev.assay.models.graph.Operator.Relu;
import dev.assay.models.graph.Operator.Reshape;
import dev.assay.models.graph.Operator.Softmax;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.runtime.TestPackages;
import dev.assay.runtime.host.ProcessProbe;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class PyTorchEngineTest {
    private static final float TOLERANCE = 1e-5f;

    /** Even, uneven, wider than half a kernel, and none. */
    private static final List<Window> WINDOWS =
            List.of(
                    Window.of(1, 0),
                    Window.of(2, 1),
                    new Window(2, 1, 0, 2, 1, 0),
                    new Window(1, 3, 2, 1, 0, 2));

    @TempDir Path directory;

    private PyTorchEngine engine;

    @BeforeEach
    void start() throws Exception {
        engine = TestEngine.start();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void matMul_ofSmallMatrices_isTheProduct() throws Exception {
        Tensor out = run(new MatMul(), rows(2, 1, 2, 3, 4), tensor(shape(2, 3), 1, 0, 2, 0, 1, 3));
        assertClose(out, 1, 2, 8, 3, 4, 18);
    }

    @Test
    void add_ofASmallerTensor_isBroadcast() throws Exception {
        Tensor x = rows(2, 1, 2, 3, 4);
        assertClose(run(new Add(), x, tensor(shape(2), 10, 20)), 11, 22, 13, 24);
        assertClose(run(new Add(), x, tensor(shape(1), 10)), 11, 12, 13, 14);
        Tensor deep = Tensor.of(Shape.of(1, 2, 2), new float[] {1, 2, 3, 4});
        assertClose(run(new Add(), deep, tensor(shape(2, 1), 10, 20)), 11, 12, 23, 24);
    }

    @Test
    void add_ofTwoBatches_addsRowByRow() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 2))
                        .node("relu", new Relu(), "x")
                        .node("sum", new Add(), "x", "relu")
                        .build("sum");
        assertClose(run(graph, Map.of(), rows(2, 1, -2, -3, 4)), 2, -2, -3, 8);
    }

    @Test
    void relu_ofNegativesAndNaN_cutsOnlyTheNegatives() throws Exception {
        Tensor out = run(new Relu(), rows(4, -1, 2, Float.NaN, Float.NEGATIVE_INFINITY));
        assertThat(out.values()).containsExactly(0, 2, Float.NaN, 0);
    }

    @Test
    void softmax_ofEachRow_sumsToOne() throws Exception {
        float log2 = (float) Math.log(2);
        float log5 = (float) Math.log(5);
        Tensor out = run(new Softmax(), rows(3, 0, log2, log5, 1000 + log5, 1000, 1000 + log2));
        assertClose(out, .125f, .25f, .625f, .625f, .125f, .25f);
    }

    @Test
    void conv_withEveryWindow_matchesItsDefinition() throws Exception {
        Tensor image = TestPackages.random(1, 2, 3, 7, 6);
        Tensor filters = TestPackages.random(2, 4, 3, 3, 2);
        Tensor bias = TestPackages.random(3, 4);
        for (Window window : WINDOWS) {
            assertClose(
                    run(new Conv(window), image, filters, bias),
                    NaiveOperators.convolution(image, filters, bias, window).values());
        }
    }

    @Test
    void pools_withEveryWindow_matchTheirDefinitions() throws Exception {
        Tensor image = TestPackages.random(1, 2, 3, 7, 6);
        for (Window w : WINDOWS) {
            assertClose(
                    run(new MaxPool(3, 3, w), image),
                    NaiveOperators.pool(image, 3, 3, w, NaiveOperators::max).values());
            assertClose(
                    run(new AveragePool(3, 3, w), image),
                    NaiveOperators.pool(image, 3, 3, w, NaiveOperators::mean).values());
        }
    }

    @Test
    void maxPool_ofNegatives_neverTakesPadding() throws Exception {
        Tensor image = Tensor.of(Shape.of(1, 1, 2, 2), new float[] {-4, -3, -2, -1});
        assertClose(run(new MaxPool(2, 2, Window.of(2, 1)), image), -4, -3, -2, -1);
    }

    @Test
    void reshapeAndFlatten_keepTheOrderOfElements() throws Exception {
        Tensor x = rows(4, 1, 2, 3, 4, 5, 6, 7, 8);
        assertClose(run(new Reshape(Shape.of(Shape.BATCH, 2, 2)), x), 1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void trace_ofARun_namesEveryNodeWithItsOutputsDigest() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 2))
                        .node("relu", new Relu(), "x")
                        .node("twice", new Add(), "relu", "relu")
                        .build("twice");
        List<String> trace = new ArrayList<>();
        try (LoadedModel model =
                engine.load(TestPackages.write(directory, graph, new LinkedHashMap<>()))) {
            model.run(
                    List.of(rows(2, -1, 3)),
                    (node, digest) -> trace.add(node.name() + " " + digest));
        }
        assertThat(trace)
                .containsExactly(
                        "relu " + rows(2, 0, 3).digest(), "twice " + rows(2, 0, 6).digest());
    }

    @Test
    void run_onInputsTheGraphDoesNotTake_isRefused() throws Exception {
        try (LoadedModel model = engine.load(TestPackages.products(directory, 4, 1))) {
            assertBadInput(model, List.of(), "takes 1 inputs");
            assertBadInput(model, List.of(rows(5, 1, 2, 3, 4, 5)), "must be [batch, 4]");
            assertBadInput(model, List.of(tensor(shape(4), 1, 2, 3, 4)), "must be [batch, 4]");
            assertBadInput(model, List.of(tensor(shape(), 1)), "must be [batch, 4]");
        }
    }

    @Test
    void run_manyTimes_holdsNoIntermediates() throws Exception {
        Graph.Builder graph = Graph.builder().input("x0", TensorType.f32(Shape.BATCH, 16));
        for (int i = 1; i <= 20; i++) {
            graph.node("x" + i, new Relu(), "x" + (i - 1));
        }
        Tensor batch = TestPackages.random(1, 1 << 16, 16); // 4 MiB, and so is every intermediate
        ProcessProbe memory = ProcessProbe.ofThisProcess();
        try (LoadedModel model =
                engine.load(TestPackages.write(directory, graph.build("x20"), Map.of()))) {
            long before = memory.read().orElseThrow().residentBytes();
            for (int i = 0; i < 40; i++) { // 3.2 GiB of intermediates in all
                model.run(batch);
            }
            long after = memory.read().orElseThrow().residentBytes();
            assertThat(after - before).isLessThan(1L << 30);
        }
    }

    @Test
    void run_afterClose_fails() throws Exception {
        LoadedModel model = engine.load(TestPackages.products(directory, 4, 1));
        model.close();
        assertThatThrownBy(() -> model.run(rows(4, 1, 2, 3, 4)))
                .isInstanceOf(EngineException.class);
    }

    @Test
    void start_withOtherThreadsThanLoaded_isUnavailable() {
        EngineException refusal =
                catchThrowableOfType(
                        EngineException.class,
                        () -> PyTorchEngine.start(Path.of("target", "djl"), 2));
        assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refusal).hasMessageContaining("cannot be changed to 2");
    }

    private static void assertBadInput(LoadedModel model, List<Tensor> inputs, String reason) {
        assertThatThrownBy(() -> model.run(inputs, Trace.OFF))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_INPUT))
                .hasMessageContaining(reason);
    }

    /** Runs one operator on a batch; its other inputs are parameters. */
    private Tensor run(Operator operator, Tensor batch, Tensor... parameters) throws Exception {
        int[] dims = batch.shape().dims().stream().mapToInt(Integer::intValue).toArray();
        dims[0] = Shape.BATCH;
        Graph.Builder graph = Graph.builder().input("x", TensorType.f32(dims));
        Map<String, Tensor> weights = new LinkedHashMap<>();
        List<String> inputs = new ArrayList<>(List.of("x"));
        for (Tensor parameter : parameters) {
            String name = "p" + inputs.size();
            graph.parameter(name, parameter.type());
            weights.put(name, parameter);
            inputs.add(name);
        }
        graph.node("y", operator, inputs.toArray(String[]::new)).node("flat", new Flatten(), "y");
        return run(graph.build("flat"), weights, batch);
    }

    private Tensor run(Graph graph, Map<String, Tensor> weights, Tensor batch) throws Exception {
        try (LoadedModel model = engine.load(TestPackages.write(directory, graph, weights))) {
            return model.run(batch);
        }
    }

    private static void assertClose(Tensor actual, float... expected) {
        assertThat(actual.values()).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual.values()[i])
                    .as("element %d", i)
                    .isCloseTo(expected[i], within(TOLERANCE));
        }
    }

    private static Tensor rows(int columns, float... values) {
        return tensor(Shape.of(values.length / columns, columns), values);
    }

    private static Tensor tensor(Shape shape, float... values) {
        return Tensor.of(shape, values);
    }

    private static Shape shape(int... dims) {
        return Shape.of(dims);
    }
}
