package dev.assay.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.assay.models.ModelException;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.PackagedModel;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.pack.ScriptManifest;
import dev.assay.models.pack.ScriptPackage;
import dev.assay.models.script.ScriptBytes;
import dev.assay.models.script.ScriptFile;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.runtime.TestPackages;
import dev.assay.runtime.exact.ExactEngine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** TorchScript models, which only a runner loads. */
@Timeout(120)
final class ScriptTest {
    private static final Path CACHE = Path.of("target", "djl");
    private static final RunnerSettings SETTINGS = RunnerSettings.of("test", CACHE, 1);

    @TempDir Path directory;
    private final Set<Path> foldersBefore = djlFolders();

    @AfterEach
    void everyTest_ended_leavesNoChildProcessAndNoFolder() throws Exception {
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            child.onExit().get(5, TimeUnit.SECONDS);
        }
        assertThat(ProcessHandle.current().children()).isEmpty();
        assertThat(djlFolders()).isSubsetOf(foldersBefore);
    }

    /** What DJL makes when it loads a model from a stream. */
    private static Set<Path> djlFolders() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("pt-model"))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path script(String... forward) throws Exception {
        return ScriptBytes.write(directory.resolve("model.pt"), forward);
    }

    @Test
    void script_inARunner_computesTheSameBitsInEveryRun() throws Exception {
        Path file = script("y = torch.mul(x, 0.5)", "return torch.softmax(torch.relu(y), -1)");
        Tensor input = TestPackages.random(1, 3, 4);
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS);
                LoadedModel model = engine.load(ScriptFile.check(file))) {
            Tensor first = model.run(input);
            assertThat(first.shape()).isEqualTo(Shape.of(3, 4));
            for (int row = 0; row < 3; row++) {
                double sum = 0;
                for (int i = 0; i < 4; i++) {
                    sum += Math.exp(Math.max(.5 * input.values()[4 * row + i], 0));
                }
                for (int i = 0; i < 4; i++) {
                    double expected = Math.exp(Math.max(.5 * input.values()[4 * row + i], 0)) / sum;
                    assertThat((double) first.values()[4 * row + i])
                            .isCloseTo(expected, within(1e-6));
                }
            }
            for (int i = 0; i < 5; i++) {
                assertThat(model.run(input).sameBits(first)).isTrue();
            }
        }
    }

    /** Else an honest provider's unit would not come out again where fewer were run before it. */
    @Test
    void script_thatCountsItsCalls_beginsAnewInEveryRun() throws Exception {
        Path file =
                script(
                        "_0 = torch.add(self.calls, 1)",
                        "self.calls = _0",
                        "return torch.mul(x, _0)");
        Tensor input = TestPackages.random(1, 3, 4);
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS);
                LoadedModel model = engine.load(ScriptFile.check(file))) {
            assertThat(model.run(input).sameBits(input)).isTrue();
            assertThat(model.run(input).sameBits(input)).isTrue();
        }
    }

    @Test
    void script_thatDrawsNumbers_drawsTheSameInEveryRunAndRunner() throws Exception {
        ScriptFile file = ScriptFile.check(script("return torch.dropout(x, 0.5, True)"));
        Tensor input = TestPackages.random(1, 16, 16);
        Tensor drawn;
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS);
                LoadedModel model = engine.load(file)) {
            drawn = model.run(input);
            assertThat(model.run(input).sameBits(drawn)).isTrue();
        }
        assertThat(drawn.values()).contains(0).isNotEqualTo(new float[256]);
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS);
                LoadedModel model = engine.load(file)) {
            assertThat(model.run(input).sameBits(drawn)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"torch.transpose(x, 0, 1)", "torch.sum(x)", "torch.unsqueeze(x, 0)"})
    void script_thatYieldsNoRowForARow_isRefused(String result) throws Exception {
        Path file = script("return " + result);
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS);
                LoadedModel model = engine.load(ScriptFile.check(file))) {
            assertRefused(model, "for 3 rows; let it end in one tensor of [3, columns]");
        }
    }

    /** Graphs stay in the auditor's own process, and no runner is left behind. */
    @Test
    void replayEngine_ofAScript_endsItsRunnerWithTheModel() throws Exception {
        BlobStore blobs = BlobStore.open(directory.resolve("blobs"));
        ScriptFile file = ScriptFile.check(script("return torch.neg(x)"));
        Digest digest = ScriptPackage.store("neg", file, RowFormat.ofNumbers(4), blobs);
        ScriptPackage model = (ScriptPackage) PackagedModel.open(blobs, digest);
        Tensor input = TestPackages.random(1, 3, 4);
        try (ReplayEngine engine = new ReplayEngine(1, () -> RunnerEngine.start(SETTINGS))) {
            assertThat(ProcessHandle.current().children()).isEmpty();
            try (LoadedModel loaded = engine.load(model)) {
                assertThat(ProcessHandle.current().children()).hasSize(1);
                assertThat(loaded.run(input).values()[0]).isEqualTo(-input.values()[0]);
            }
            assertThat(ProcessHandle.current().children()).isEmpty();
        }
    }

    @Test
    void exactEngine_givenAScript_saysWhichEngineRunsIt() throws Exception {
        ScriptFile file = ScriptFile.check(script("return torch.neg(x)"));
        ScriptManifest manifest = new ScriptManifest("neg", file.digest(), RowFormat.ofNumbers(4));
        ScriptPackage model = new ScriptPackage(manifest, Digest.sha256(manifest.bytes()), file);
        try (ExactEngine engine = new ExactEngine(1)) {
            assertThatThrownBy(() -> engine.load(model))
                    .isInstanceOf(EngineException.class)
                    .hasMessage(
                            "this engine (exact) does not run neg, which is TorchScript; use"
                                    + " engine: pytorch");
        }
    }

    @Test
    void script_thatFails_isRefusedAndTheRunnerGoesOn() throws Exception {
        Path integers = script("return torch.argmax(x)");
        Path wrong = ScriptBytes.write(directory.resolve("wrong.pt"), "return torch.matmul(x, x)");
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS);
                LoadedModel first = engine.load(ScriptFile.check(integers));
                LoadedModel second = engine.load(ScriptFile.check(wrong))) {
            assertRefused(first, "int64; let it end in float32");
            assertRefused(second, "the TorchScript model failed");
            assertThat(ProcessHandle.of(engine.pid())).isPresent();
        }
    }

    private static void assertRefused(LoadedModel model, String reason) {
        EngineException refusal =
                catchThrowableOfType(
                        EngineException.class, () -> model.run(TestPackages.random(1, 3, 4)));
        assertThat(refusal.code()).isEqualTo(Code.BAD_INPUT);
        assertThat(refusal).hasMessageContaining(reason);
    }

    /** So deep an expression overflows the stack of PyTorch's own parser, which is native. */
    @Test
    void script_thatAbortsNativeCode_endsItsRunnerOnly() throws Exception {
        Path file = script("return torch.mul(x, " + "-".repeat(1_000_000) + "1.)");
        ScriptFile checked = ScriptFile.check(file);
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS)) {
            EngineException failure =
                    catchThrowableOfType(EngineException.class, () -> engine.load(checked));
            assertThat(failure.code()).isEqualTo(Code.RUNNER_LOST);
            Files.deleteIfExists(CACHE.resolve("crash-" + engine.pid() + ".log"));
        }
        try (RunnerEngine engine = RunnerEngine.start(SETTINGS);
                LoadedModel model = engine.load(ScriptFile.check(script("return torch.neg(x)")))) {
            Tensor input = TestPackages.random(1, 3, 4);
            assertThat(model.run(input).values()[0]).isEqualTo(-input.values()[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "torch.save(x, \"stolen\")",
                "ops.aten.save(x, \"stolen\")",
                "x.save(\"stolen\")",
                "(x).save (\"stolen\")",
                "torch.from_file(\"/etc/passwd\", False, 10)",
                "getattr(x, \"save\")(\"stolen\")",
                "__torch__.torch.classes.dist_c10d.ProcessGroup(x)",
                "ops.profiler._record_function_enter(\"x\")",
                "x.neg()  # \"\n    x.save(\"stolen\")  # \"",
                "f(\"\"\"a\"b\"\"\")",
                "x.\\save()"
            })
    void code_thatCallsAnythingElse_isRefused(String call) throws Exception {
        Path file = script("return " + call);
        assertThatThrownBy(() -> ScriptFile.check(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("model.pt: its code ");
    }

    @Test
    void code_thatNamesAFunctionSave_mayNotCallIt() throws Exception {
        Path file =
                Files.write(
                        directory.resolve("model.pt"),
                        ScriptBytes.archive(
                                "def save(a: str) -> str:\n  return a\n"
                                        + "def forward(x: Tensor) -> Tensor:\n  x.save(\"f\")\n",
                                ZipEntry.STORED));
        assertThatThrownBy(() -> ScriptFile.check(file)).hasMessageContaining("calls save");
    }

    @Test
    void archive_thatIsCompressed_isRefused() throws Exception {
        Path file =
                Files.write(
                        directory.resolve("model.pt"),
                        ScriptBytes.archive(" ".repeat(1 << 20), ZipEntry.DEFLATED));
        assertThatThrownBy(() -> ScriptFile.check(file)).hasMessageContaining("is compressed");
    }

    @Test
    void archive_cutAnywhere_isRefused() throws Exception {
        byte[] good = Files.readAllBytes(script("return torch.neg(x)"));
        assertThat(ScriptFile.check(directory.resolve("model.pt")).file()).exists();
        Path file = directory.resolve("cut.pt");
        for (int length = 0; length < good.length; length++) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThatThrownBy(() -> ScriptFile.check(file)).isInstanceOf(ModelException.class);
        }
    }
}
