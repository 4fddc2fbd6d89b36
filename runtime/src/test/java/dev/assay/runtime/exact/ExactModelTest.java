package dev.assay.runtime.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.id.Digest;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

class ExactModelTest {
    private final ExactEngine engine = new ExactEngine(2);

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void run_smallModel_equalsNaiveLoops() throws Exception {
        Tensor images = SmallModel.images(9);
        Tensor expected = SmallModel.probabilities(images);
        try (LoadedModel model = engine.load(SmallModel.graph(), SmallModel.parameters())) {
            assertThat(model.run(images).values()).isEqualTo(expected.values());
        }
    }

    @Test
    void run_packagedModel_equalsNaiveLoops(@TempDir Path directory) throws Exception {
        byte[] weights = Safetensors.write(SmallModel.parameters());
        List<String> labels = List.of("a", "b", "c", "d", "e", "f", "g");
        RowFormat rows = new RowFormat(2 * SmallModel.SIDE * SmallModel.SIDE, 0, 255, 1);
        Digest digest = Digest.sha256(weights);
        ModelManifest manifest =
                new ModelManifest("small", SmallModel.graph(), digest, rows, labels);
        Files.write(directory.resolve(ModelPackage.WEIGHTS_FILE), weights);
        Files.write(directory.resolve(ModelPackage.MANIFEST_FILE), manifest.bytes());
        Tensor images = SmallModel.images(3);
        try (LoadedModel model = engine.load(ModelPackage.open(directory))) {
            assertThat(model.run(images).values())
                    .isEqualTo(SmallModel.probabilities(images).values());
        }
    }

    @Test
    void load_ofAGraphLargerThanMemory_isRefusedByName() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Integer.MAX_VALUE))
                        .node("turned", new Operator.Transpose(List.of(0)), "x")
                        .build("turned");
        assertThatThrownBy(() -> engine.load(graph, Map.of()))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("node 'turned'")
                .hasMessageContaining("memory");
    }

    @Test
    void run_withTrace_tellsEveryNodesDigestInOrder() throws Exception {
        Tensor images = SmallModel.images(4);
        Map<String, Digest> seen = new LinkedHashMap<>();
        try (LoadedModel model = engine.load(SmallModel.graph(), SmallModel.parameters())) {
            Trace trace = (node, digest) -> seen.put(node.name(), digest);
            assertThat(model.run(List.of(images), trace).getFirst().digest())
                    .isEqualTo(seen.get("probabilities"));
        }
        assertThat(seen).containsExactlyEntriesOf(SmallModel.digests(images));
    }

    @Test
    void run_anySplitOfABatch_givesEachRowTheSameBits() throws Exception {
        int rows = 41;
        Tensor images = SmallModel.images(rows);
        try (LoadedModel model = engine.load(SmallModel.graph(), SmallModel.parameters())) {
            Tensor whole = model.run(images);
            Seeded seeded = new Seeded(1);
            for (int first = 0, count; first < rows; first += count) {
                count = Math.min(rows - first, seeded.integer(1, 9));
                Tensor part = model.run(images.rows(first, count));
                assertThat(part.values()).isEqualTo(whole.rows(first, count).values());
            }
        }
    }

    @Test
    void run_again_leavesEarlierOutputsAlone() throws Exception {
        try (LoadedModel model = engine.load(SmallModel.graph(), SmallModel.parameters())) {
            Tensor first = model.run(SmallModel.images(5));
            Digest before = first.digest();
            model.run(new Seeded(99).plain(5, 2, SmallModel.SIDE, SmallModel.SIDE));
            assertThat(first.digest()).isEqualTo(before);
        }
    }

    @Test
    void run_outputThatIsAnInputOrTwoOutputs_isCopied() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(-1, 4))
                        .parameter("p", TensorType.f32(4))
                        .node("y", new Operator.Relu(), "x")
                        .node("z", new Operator.Reshape(Shape.of(-1, 2, 2)), "y")
                        .build("x", "p", "y", "z", "y");
        Tensor x = new Seeded(3).plain(3, 4);
        Tensor p = new Seeded(4).plain(4);
        try (LoadedModel model = engine.load(graph, Map.of("p", p))) {
            List<Tensor> outputs = model.run(List.of(x), Trace.OFF);
            assertThat(outputs.get(0).values()).isEqualTo(x.values()).isNotSameAs(x.values());
            assertThat(outputs.get(1).values()).isEqualTo(p.values()).isNotSameAs(p.values());
            assertThat(outputs.get(3).shape()).isEqualTo(Shape.of(3, 2, 2));
            List<float[]> arrays = new ArrayList<>();
            outputs.forEach(output -> arrays.add(output.values()));
            assertThat(arrays)
                    .usingElementComparator((a, b) -> a == b ? 0 : 1)
                    .doesNotHaveDuplicates();
            assertThat(outputs.get(2).values()).isEqualTo(outputs.get(3).values());
        }
    }

    @Test
    void run_inputOfAnotherShape_saysWhichAndWhatIsExpected() throws Exception {
        try (LoadedModel model = engine.load(SmallModel.graph(), SmallModel.parameters())) {
            assertBadInput(
                    () -> model.run(new Seeded(1).plain(3, 2, 5, 6)),
                    "input 'image' is f32[3, 2, 5, 6]; the graph declares f32[batch, 2, 6, 6]");
            assertBadInput(() -> model.run(new Seeded(1).plain()), "input 'image' is f32[]");
            assertBadInput(() -> model.run(List.of(), Trace.OFF), "takes 1 inputs, got 0");
        }
    }

    @Test
    void run_inputsOfDifferentBatches_areRefused() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("a", TensorType.f32(-1, 2))
                        .input("b", TensorType.f32(-1, 2))
                        .node("c", new Operator.Add(), "a", "b")
                        .build("c");
        Seeded seeded = new Seeded(1);
        try (LoadedModel model = engine.load(graph, Map.of())) {
            assertBadInput(
                    () -> model.run(List.of(seeded.plain(3, 2), seeded.plain(4, 2)), Trace.OFF),
                    "input 'b' is f32[4, 2]");
            Tensor sum =
                    model.run(List.of(seeded.plain(3, 2), seeded.plain(3, 2)), Trace.OFF)
                            .getFirst();
            assertThat(sum.shape()).isEqualTo(Shape.of(3, 2));
        }
    }

    @Test
    void run_batchWhoseValuesFitNoArray_saysWhatFits() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(-1, 1))
                        .parameter("w", TensorType.f32(1, 1 << 20))
                        .node("y", new Operator.MatMul(), "x", "w")
                        .build("y");
        Tensor w = Tensor.of(Shape.of(1, 1 << 20), new float[1 << 20]);
        try (LoadedModel model = engine.load(graph, Map.of("w", w))) {
            Tensor x = Tensor.of(Shape.of(1 << 12, 1), new float[1 << 12]);
            assertBadInput(() -> model.run(x), "use batches of at most 2047");
        }
    }

    @Test
    void load_parameterMissingOrOfAnotherShape_isRefused() throws Exception {
        assertBadInput(() -> engine.load(SmallModel.graph(), Map.of()), "is missing");
        Map<String, Tensor> parameters = SmallModel.parameters();
        parameters.put("bias", new Seeded(1).plain(6));
        assertBadInput(
                () -> engine.load(SmallModel.graph(), parameters), "parameter 'bias' is f32[6]");
    }

    @Test
    void run_modelsOfOneEngineAtOnce_doNotDisturbEachOther() throws Exception {
        Tensor expected = SmallModel.probabilities(SmallModel.images(200));
        List<Thread> threads = new ArrayList<>();
        List<Digest> digests = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 4; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try (LoadedModel model =
                                                engine.load(
                                                        SmallModel.graph(),
                                                        SmallModel.parameters())) {
                                            for (int run = 0; run < 5; run++) {
                                                digests.add(
                                                        model.run(SmallModel.images(200)).digest());
                                            }
                                        } catch (Exception e) {
                                            throw new AssertionError(e);
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(digests).hasSize(20).containsOnly(expected.digest());
    }

    @Test
    void workers_partThatThrows_failsTheCallAfterAllParts() {
        try (Workers workers = new Workers(2)) {
            int[] done = new int[8];
            assertThatThrownBy(
                            () ->
                                    workers.forEach(
                                            done.length,
                                            2,
                                            (index, worker) -> {
                                                done[index]++;
                                                if (index == 3) {
                                                    throw new IllegalStateException("part 3");
                                                }
                                            }))
                    .hasMessage("part 3");
            assertThat(IntStream.of(done)).containsOnly(1);
        }
    }

    private static void assertBadInput(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_INPUT))
                .hasMessageContaining(message);
    }
}
