package dev.assay.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.id.Digest;
import dev.assay.runtime.TestPackages;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.pytorch.PyTorchEngine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

@Timeout(120)
final class RunnerEngineTest {
    private static final Path CACHE = Path.of("target", "djl");
    private static final RunnerSettings SETTINGS = RunnerSettings.of("test", CACHE, 1);

    /** Far more work than a test waits for: it is always ended in the middle. */
    private static final int LONG = 2000;

    private static final int SIDE = 1024;

    @TempDir Path directory;

    @AfterEach
    void everyTest_ended_leavesNoChildProcess() throws Exception {
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            child.onExit().get(5, TimeUnit.SECONDS);
        }
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    void run_inARunner_givesTheSameBitsAndTraceAsInThisProcess() throws Exception {
        ModelPackage model = TestPackages.products(directory, 16, 3);
        Tensor input = TestPackages.random(3, 5, 16);
        try (Engine here = PyTorchEngine.start(CACHE, 1);
                LoadedModel hereLoaded = here.load(model);
                Engine there = RunnerEngine.start(SETTINGS);
                LoadedModel thereLoaded = there.load(model)) {
            List<String> hereTrace = new ArrayList<>();
            List<String> thereTrace = new ArrayList<>();
            Tensor expected = traced(hereLoaded, input, hereTrace);
            Tensor actual = traced(thereLoaded, input, thereTrace);
            assertThat(actual.sameBits(expected)).isTrue();
            assertThat(thereTrace).hasSize(3).isEqualTo(hereTrace);
            assertThat(thereLoaded.run(input).sameBits(expected)).isTrue();
            assertThat(there.name()).isEqualTo(here.name());
        }
    }

    private static Tensor traced(LoadedModel model, Tensor input, List<String> trace)
            throws EngineException {
        return model.run(List.of(input), (node, digest) -> trace.add(node.name() + " " + digest))
                .getFirst();
    }

    @Test
    void run_whoseRunnerIsKilled_isLostAndASecondRunnerWorks() throws Exception {
        ModelPackage model = TestPackages.products(directory, SIDE, LONG);
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS);
                LoadedModel loaded = engine.load(model)) {
            CompletableFuture<EngineException> failure = failureOf(loaded);
            Busy.await(engine.pid());
            ProcessHandle.of(engine.pid()).orElseThrow().destroyForcibly();
            assertThat(failure.get(10, TimeUnit.SECONDS).code()).isEqualTo(Code.RUNNER_LOST);
            assertThat(failure.get()).hasMessageContaining("signal 9");
            assertThatThrownBy(() -> loaded.run(TestPackages.random(1, 1, SIDE)))
                    .hasMessageContaining("signal 9");
        }
        ModelPackage small = TestPackages.products(directory, 4, 1);
        try (RunnerEngine second = RunnerEngine.start(SETTINGS);
                LoadedModel loaded = second.load(small)) {
            Tensor input = TestPackages.random(1, 2, 4);
            assertThat(loaded.run(input).sameBits(input)).isTrue();
        }
    }

    @Test
    void run_whoseRunnerCrashesInNativeCode_isLostWithTheCrashReport() throws Exception {
        ModelPackage model = TestPackages.products(directory, SIDE, LONG);
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS);
                LoadedModel loaded = engine.load(model)) {
            CompletableFuture<EngineException> failure = failureOf(loaded);
            Busy.await(engine.pid());
            new ProcessBuilder("kill", "-SEGV", Long.toString(engine.pid())).start().waitFor();
            assertThat(failure.get(20, TimeUnit.SECONDS).code()).isEqualTo(Code.RUNNER_LOST);
            assertThat(failure.get())
                    .hasMessageContaining("exited with code 1")
                    .hasMessageContaining("SIGSEGV");
            Files.deleteIfExists(CACHE.resolve("crash-" + engine.pid() + ".log"));
        }
    }

    @Test
    void close_fromAnotherThread_endsTheRunUnderWay() throws Exception {
        ModelPackage model = TestPackages.products(directory, SIDE, LONG);
        RunnerEngine engine = RunnerEngine.start(SETTINGS);
        LoadedModel loaded = engine.load(model);
        CompletableFuture<EngineException> failure = failureOf(loaded);
        Busy.await(engine.pid());
        engine.close();
        assertThat(failure.get(10, TimeUnit.SECONDS).code()).isEqualTo(Code.RUNNER_LOST);
        assertThat(failure.get()).hasMessageContaining("closed");
        loaded.close();
        engine.close();
    }

    @Test
    void run_beyondItsLimit_isLost() throws Exception {
        ModelPackage model = TestPackages.products(directory, SIDE, LONG);
        RunnerSettings hasty = settings(1L << 30, 64 << 20, Duration.ofMillis(500));
        try (RunnerEngine engine = RunnerEngine.start(hasty);
                LoadedModel loaded = engine.load(model)) {
            EngineException failure = failureOf(loaded).get(10, TimeUnit.SECONDS);
            assertThat(failure.code()).isEqualTo(Code.RUNNER_LOST);
            assertThat(failure).hasMessageContaining("did not answer within");
        }
    }

    @Test
    void run_thatExhaustsTheHeap_isLostWithItsReason() throws Exception {
        ModelPackage model = TestPackages.products(directory, 16, 1);
        RunnerSettings small = settings(64 << 20, 128 << 20, Duration.ofMinutes(1));
        try (RunnerEngine engine = RunnerEngine.start(small);
                LoadedModel loaded = engine.load(model)) {
            assertThatThrownBy(() -> loaded.run(TestPackages.random(1, 1_500_000, 16)))
                    .hasMessageContaining("code 3")
                    .hasMessageContaining("OutOfMemoryError");
        }
    }

    @Test
    void run_onBadInputs_isRefusedAndTheRunnerGoesOn() throws Exception {
        ModelPackage model = TestPackages.products(directory, 16, 1);
        RunnerSettings small = settings(256 << 20, Wire.LEAST_FRAME_BYTES, Duration.ofMinutes(1));
        try (RunnerEngine engine = RunnerEngine.start(small);
                LoadedModel loaded = engine.load(model)) {
            assertRefused(() -> loaded.run(TestPackages.random(1, 2, 17)), "must be [batch, 16]");
            assertRefused(() -> loaded.run(TestPackages.random(1, 2000, 16)), "fewer rows");
            Tensor input = TestPackages.random(1, 1000, 16);
            assertThat(loaded.run(input).sameBits(input)).isTrue();
        }
    }

    private interface Attempt {
        void run() throws EngineException;
    }

    private static void assertRefused(Attempt attempt, String reason) {
        EngineException refusal = catchThrowableOfType(EngineException.class, attempt::run);
        assertThat(refusal.code()).isEqualTo(Code.BAD_INPUT);
        assertThat(refusal).hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BF16", "I16", "U16", "F16"})
    void load_ofWeightsOfAnotherType_isRefusedBeforeNativeCode(String type) throws Exception {
        TestPackages.products(directory, 4, 1);
        Path weights = directory.resolve(ModelPackage.WEIGHTS_FILE);
        Path manifest = directory.resolve(ModelPackage.MANIFEST_FILE);
        String named = Digest.sha256(weights).toString();
        byte[] bytes = Files.readAllBytes(weights);
        String other =
                new String(bytes, StandardCharsets.ISO_8859_1)
                        .replace("\"F32\"", "\"" + type + "\"");
        int grown = type.length() - "F32".length(); // and so did the header
        other = (char) (other.charAt(0) + grown) + other.substring(1);
        Files.write(weights, other.getBytes(StandardCharsets.ISO_8859_1));
        String named2 = Digest.sha256(weights).toString();
        Files.writeString(manifest, Files.readString(manifest).replace(named, named2));
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS)) {
            assertThatThrownBy(
                            () -> engine.load(manifest.toAbsolutePath(), weights.toAbsolutePath()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining(type);
            assertThat(ProcessHandle.of(engine.pid())).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void run_beyondTheJobsMemory_endsTheRunnerAndNamesTheLimit(boolean byControlGroup)
            throws Exception {
        Path groups = byControlGroup ? SETTINGS.controlGroups() : directory;
        if (byControlGroup) {
            assumeTrue(
                    ControlGroups.writable(), "this machine lets no process make control groups");
        }
        ModelPackage model = wide();
        RunnerSettings bounded = bounded(256 << 20, groups);
        try (RunnerEngine engine = RunnerEngine.start(bounded);
                LoadedModel loaded = engine.load(model)) {
            assertThat(ControlGroups.ofRunner(engine.pid())).isEqualTo(byControlGroup);
            EngineException failure =
                    catchThrowableOfType(
                            EngineException.class,
                            () -> loaded.run(TestPackages.random(1, 60_000, 1)));
            assertThat(failure.code()).isEqualTo(Code.MEMORY_LIMIT);
            assertThat(failure).hasMessageContaining("256 MiB").hasMessageContaining("memory");
            assertThat(ProcessHandle.current().isAlive()).isTrue();
        }
        assertThat(ControlGroups.left()).isEmpty();
    }

    @Test
    void run_withinTheJobsMemory_isNotDisturbed() throws Exception {
        ModelPackage model = wide();
        try (RunnerEngine engine =
                        RunnerEngine.start(bounded(512 << 20, SETTINGS.controlGroups()));
                LoadedModel loaded = engine.load(model)) {
            assertThat(loaded.run(TestPackages.random(1, 500, 1)).shape().dim(0)).isEqualTo(500);
        }
    }

    /** A row of one number becomes 8,192, and one again. */
    private ModelPackage wide() throws Exception {
        int width = 8192;
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 1))
                        .parameter("a", TensorType.f32(1, width))
                        .parameter("b", TensorType.f32(width, 1))
                        .node("wide", new Operator.MatMul(), "x", "a")
                        .node("y", new Operator.MatMul(), "wide", "b")
                        .build("y");
        return TestPackages.write(
                directory,
                graph,
                Map.of(
                        "a", TestPackages.random(1, 1, width),
                        "b", TestPackages.random(2, width, 1)));
    }

    private static RunnerSettings bounded(long memoryBytes, Path groups) {
        return new RunnerSettings(
                "test",
                CACHE,
                1,
                256 << 20,
                64 << 20,
                SETTINGS.startLimit(),
                SETTINGS.loadLimit(),
                SETTINGS.runLimit(),
                SETTINGS.closeLimit(),
                memoryBytes,
                List.of(),
                groups);
    }

    @Test
    void start_forAGpuWithoutAPyTorchForIt_saysWhatIsMissing() {
        RunnerSettings gpu = SETTINGS.with(1, 0, List.of(new GpuId("GPU-0000")));
        EngineException failure =
                catchThrowableOfType(EngineException.class, () -> RunnerEngine.start(gpu));
        assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("PYTORCH_LIBRARY_PATH");
    }

    @Test
    void trainingInARunner_givesTheSameBitsAsHereAndAfterAResume() throws Exception {
        try (Engine here = PyTorchEngine.start(CACHE, 1);
                Engine first = RunnerEngine.start(SETTINGS);
                Engine second = RunnerEngine.start(SETTINGS)) {
            TrainingExample example = TrainingExample.of(directory);
            TrainingState middle = example.run(first, example.begin(), 5);
            TrainingState end = example.run(first, middle, 5);
            assertThat(end.step()).isEqualTo(10);
            assertThat(example.digest(example.run(second, middle, 5)))
                    .isEqualTo(example.digest(end));
            assertThat(example.digest(example.run(here, example.begin(), 10)))
                    .isEqualTo(example.digest(end));
        }
    }

    @Test
    void load_ofFilesThatChanged_isRefused() throws Exception {
        ModelPackage first = TestPackages.products(directory, 4, 1);
        TestPackages.products(directory, 4, 2);
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS)) {
            assertThatThrownBy(() -> engine.load(first)).hasMessageContaining("changed");
        }
    }

    @Test
    void start_ofAProgramThatFails_saysHowAndWhy() {
        assertLost(List.of("sh", "-c", "echo no disk >&2; exit 7"), "code 7", "no disk");
    }

    @Test
    void start_ofAProgramThatPrintsText_isRefused() {
        assertLost(List.of("sh", "-c", "echo hello; exec sleep 60"), "broke the protocol");
    }

    @Test
    void start_ofAProgramThatIsSilent_isGivenUp() {
        assertLost(List.of("sleep", "60"), "did not answer within");
    }

    @Test
    void start_ofAProgramThatClosesItsOutput_isGivenUp() {
        assertLost(List.of("sh", "-c", "exec sleep 60 >&-"), "closed its output");
    }

    @Test
    void start_ofNoProgram_isUnavailable() {
        assertThatThrownBy(() -> RunnerEngine.start(List.of("/no/such/java"), SETTINGS))
                .hasMessageContaining("/no/such/java");
    }

    private void assertLost(List<String> command, String... reasons) {
        RunnerSettings hasty =
                new RunnerSettings(
                        "test",
                        CACHE,
                        1,
                        64 << 20,
                        1 << 20,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(1),
                        0,
                        List.of(),
                        SETTINGS.controlGroups());
        EngineException failure =
                catchThrowableOfType(
                        EngineException.class, () -> RunnerEngine.start(command, hasty));
        assertThat(failure.code()).isEqualTo(Code.RUNNER_LOST);
        assertThat(failure.getMessage()).contains(reasons);
    }

    private static RunnerSettings settings(long heapBytes, int maxFrameBytes, Duration runLimit) {
        return new RunnerSettings(
                "test",
                CACHE,
                1,
                heapBytes,
                maxFrameBytes,
                SETTINGS.startLimit(),
                SETTINGS.loadLimit(),
                runLimit,
                SETTINGS.closeLimit(),
                0,
                List.of(),
                SETTINGS.controlGroups());
    }

    /** Runs many rows in a thread of its own; the future holds what the run failed with. */
    private static CompletableFuture<EngineException> failureOf(LoadedModel model) {
        Tensor input = TestPackages.random(1, SIDE, SIDE);
        return CompletableFuture.supplyAsync(
                () -> catchThrowableOfType(EngineException.class, () -> model.run(input)));
    }
}
