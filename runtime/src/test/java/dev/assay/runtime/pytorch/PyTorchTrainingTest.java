package dev.assay.runtime.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.GradientOperator;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.UpdateOperator;
import dev.assay.models.graph.Window;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.models.training.LabelledRows;
import dev.assay.models.training.TrainingRun;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;
import dev.assay.runtime.TestPackages;
import dev.assay.runtime.exact.ExactEngine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The operators of a training step, and training itself, against the exact engine. */
final class PyTorchTrainingTest {
    private static final int N = Shape.BATCH;

    @TempDir Path directory;
    private PyTorchEngine pytorch;
    private final ExactEngine exact = new ExactEngine(1);

    @BeforeEach
    void start() throws Exception {
        pytorch = TestEngine.start();
    }

    @AfterEach
    void close() {
        pytorch.close();
        exact.close();
    }

    static Stream<Arguments> operators() {
        Window odd = new Window(2, 3, 1, 0, 2, 1);
        Window plain = Window.of(1, 1);
        Operator lossGrad = new GradientOperator.SoftmaxCrossEntropyLossGrad();
        return Stream.of(
                of(new Operator.Gemm(false, true), f32(N, 4), f32(5, 4)),
                of(new Operator.Gemm(true, false), f32(N, 4), f32(N, 5)),
                of(new Operator.Gemm(true, true), f32(4, 3), f32(5, 4)),
                of(new Operator.Mul(), f32(N, 4), f32(4)),
                of(new Operator.ReduceSum(List.of(0, 2)), f32(N, 4, 3)),
                of(new Operator.ReduceSum(List.of(1)), f32(N, 4, 3)),
                of(new Operator.Transpose(List.of(0, 2, 1)), f32(N, 4, 3)),
                of(new Operator.SoftmaxCrossEntropyLoss(), f32(N, 4), f32(N, 4)),
                of(lossGrad, f32(), f32(N, 4), f32(N, 4)),
                of(new GradientOperator.ReluGrad(), f32(N, 4), f32(N, 4)),
                of(new Operator.ConvTranspose(plain, 0, 0), f32(N, 3, 5, 4), f32(3, 2, 3, 3)),
                of(new Operator.ConvTranspose(odd, 1, 2), f32(N, 3, 4, 3), f32(3, 2, 3, 4)),
                of(
                        new GradientOperator.ConvWeightGrad(3, 3, plain),
                        f32(N, 3, 5, 4),
                        f32(N, 2, 5, 4)),
                of(
                        new GradientOperator.ConvWeightGrad(2, 3, odd),
                        f32(N, 3, 4, 3),
                        f32(N, 2, 6, 9)),
                of(
                        new GradientOperator.MaxPoolGrad(2, 2, Window.of(2, 0)),
                        f32(N, 2, 2, 2),
                        f32(N, 2, 4, 5)),
                of(
                        new GradientOperator.MaxPoolGrad(3, 2, new Window(1, 2, 2, 1, 0, 1)),
                        f32(N, 2, 4, 3),
                        f32(N, 2, 4, 5)),
                of(
                        new GradientOperator.AveragePoolGrad(3, 2, new Window(1, 2, 2, 1, 0, 1)),
                        f32(N, 2, 4, 3),
                        f32(N, 2, 4, 5)),
                of(new UpdateOperator.Momentum(), f32(5), f32(5), f32()),
                of(new UpdateOperator.GradientDescent(), f32(5), f32(5), f32()),
                of(new UpdateOperator.MovingAverage(), f32(5), f32(5), f32()));
    }

    @ParameterizedTest
    @MethodSource("operators")
    void operator_onRandomValues_isCloseToTheExactOne(Operator operator, List<TensorType> types)
            throws Exception {
        Graph.Builder builder = Graph.builder();
        String[] names = new String[types.size()];
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            names[i] = "x" + i;
            builder.input(names[i], types.get(i));
            Shape shape = types.get(i).shape().withBatch(3);
            inputs.add(
                    TestPackages.random(
                            i, shape.dims().stream().mapToInt(Integer::intValue).toArray()));
        }
        for (int i = 1; i < names.length; i++) {
            if (operator.name().startsWith("SoftmaxCrossEntropy") && i == names.length - 1) {
                inputs.set(i, tensor(Shape.of(3, 4), 0, 0, 1, 0, .5f, .5f, 0, 0, 1, 0, 0, 0));
            }
        }
        assertClose(builder.node("y", operator, names).build("y"), inputs);
    }

    @Test
    void adam_onRandomValues_isCloseToTheExactOne() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("x", f32(3))
                        .input("v", f32(3))
                        .input("h", f32(3))
                        .input("rate", f32())
                        .input("epsilon", f32())
                        .node("y", new UpdateOperator.Adam(), "x", "v", "h", "rate", "epsilon")
                        .build("y");
        assertClose(
                graph,
                List.of(
                        tensor(Shape.of(3), 1, 2, 3),
                        tensor(Shape.of(3), .5f, -.5f, 0),
                        tensor(Shape.of(3), .25f, 1, 0),
                        tensor(Shape.of(), .1f),
                        tensor(Shape.of(), .001f)));
    }

    @Test
    void maxPoolGrad_ofTies_goesToTheFirst() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("dy", f32(N, 1, 1, 1))
                        .input("x", f32(N, 1, 2, 2))
                        .node(
                                "y",
                                new GradientOperator.MaxPoolGrad(2, 2, Window.of(2, 0)),
                                "dy",
                                "x")
                        .build("y");
        assertClose(
                graph,
                List.of(tensor(Shape.of(1, 1, 1, 1), 5), tensor(Shape.of(1, 1, 2, 2), 0, 1, 1, 1)));
    }

    @Test
    void training_ofDigits_isCloseToTheExactOne() throws Exception {
        for (Optimizer optimizer :
                List.of(Optimizer.Adam.of("0.002"), new Optimizer.Sgd("0.05", "0.9"))) {
            List<Float> expected = losses(optimizer, exact);
            List<Float> actual = losses(optimizer, pytorch);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i))
                        .as("step %d", i)
                        .isCloseTo(expected.get(i), within(1e-3f));
            }
        }
    }

    /** Our gradients, as a graph on the exact engine, against PyTorch's own. */
    @Test
    void weights_afterExactSteps_areCloseToThoseOfPyTorchsAutograd() throws Exception {
        ModelManifest manifest = manifest();
        TrainingStep step = TrainingStep.of(manifest.graph(), new Optimizer.Sgd("0.05", "0.9"));
        TrainingState state = TrainingState.initial(step, 2);
        Tensor rows = manifest.rows().read(csv()).values();
        List<Tensor> tensors = new ArrayList<>(state.tensors().values());
        try (AutogradTraining theirs =
                        new AutogradTraining(manifest.graph(), state.parameters(step), .05f, .9f);
                LoadedModel ours = exact.load(step.graph(), Map.of())) {
            for (int i = 0; i < 3; i++) {
                Tensor input = manifest.input(rows, 50 * i, 50);
                float[] labels = new float[500];
                for (int row = 0; row < 50; row++) {
                    labels[row * 10 + (row * 7 + i) % 10] = 1;
                }
                Tensor targets = Tensor.of(Shape.of(50, 10), labels);
                List<Tensor> inputs = new ArrayList<>(List.of(input, targets));
                inputs.addAll(tensors);
                inputs.addAll(step.scalars(i));
                List<Tensor> outputs = ours.run(inputs, Trace.OFF);
                assertThat(theirs.step(input, targets))
                        .isCloseTo(outputs.getFirst().values()[0], within(1e-4f));
                tensors = outputs.subList(1, outputs.size());
            }
            int index = 0;
            for (Tensor weight : theirs.weights().values()) {
                Tensor exactWeight = tensors.get(index++);
                for (int i = 0; i < weight.values().length; i++) {
                    assertThat(weight.values()[i])
                            .isCloseTo(exactWeight.values()[i], within(1e-5f));
                }
            }
        }
    }

    @Test
    void training_resumedOnTheSameMachineAndThreads_endsInTheSameCheckpoint() throws Exception {
        ModelManifest manifest = manifest();
        LabelledRows rows = LabelledRows.of(manifest.rows().read(csv()), manifest);
        Training training = training(rows, Optimizer.Adam.of("0.002"), 20, 10);
        TrainingState middle;
        Digest end;
        try (TrainingRun run = TrainingRun.begin(training, manifest, rows, pytorch)) {
            for (int i = 0; i < 10; i++) {
                run.next();
            }
            middle = run.checkpoint().state();
            while (run.hasNext()) {
                run.next();
            }
            end = run.checkpoint().digest();
        }
        try (TrainingRun run = TrainingRun.resume(training, manifest, rows, pytorch, middle)) {
            while (run.hasNext()) {
                run.next();
            }
            assertThat(run.checkpoint().digest()).isEqualTo(end);
        }
    }

    private static Training training(
            LabelledRows rows, Optimizer optimizer, int steps, int checkpointEvery) {
        Digest any = Digest.sha256(new byte[0]);
        return new Training(
                any,
                any,
                rows.count(),
                1,
                1,
                optimizer,
                steps,
                64,
                checkpointEvery,
                EngineName.PYTORCH);
    }

    private ModelManifest manifest() throws Exception {
        BlobStore blobs = BlobStore.open(directory);
        return ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs)).manifest();
    }

    private static Path csv() {
        return Path.of(System.getProperty("assay.root"), "examples", "digits.csv");
    }

    private List<Float> losses(Optimizer optimizer, Engine engine) throws Exception {
        ModelManifest manifest = manifest();
        LabelledRows rows = LabelledRows.of(manifest.rows().read(csv()), manifest);
        Training training = training(rows, optimizer, 40, 10);
        List<Float> losses = new ArrayList<>();
        try (TrainingRun run = TrainingRun.begin(training, manifest, rows, engine)) {
            while (run.hasNext()) {
                losses.add(run.next());
            }
        }
        return losses;
    }

    private void assertClose(Graph graph, List<Tensor> inputs) throws Exception {
        Tensor expected = run(exact, graph, inputs);
        Tensor actual = run(pytorch, graph, inputs);
        assertThat(actual.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < expected.values().length; i++) {
            assertThat(actual.values()[i])
                    .as("element %d", i)
                    .isCloseTo(expected.values()[i], within(1e-5f));
        }
    }

    private static Tensor run(Engine engine, Graph graph, List<Tensor> inputs) throws Exception {
        try (LoadedModel model = engine.load(graph, Map.of())) {
            return model.run(inputs, Trace.OFF).getFirst();
        }
    }

    private static Tensor tensor(Shape shape, float... values) {
        return Tensor.of(shape, values);
    }

    private static Arguments of(Operator operator, TensorType... inputs) {
        return Arguments.of(operator, List.of(inputs));
    }

    private static TensorType f32(int... dims) {
        return TensorType.f32(dims);
    }
}
