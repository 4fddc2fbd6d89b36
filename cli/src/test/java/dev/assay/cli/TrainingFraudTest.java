package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.training.LabelledRows;
import dev.assay.models.training.TrainingRun;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.runner.RunnerEngine;
import dev.assay.runtime.runner.RunnerSettings;
import dev.assay.verification.check.TrainingTolerance;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What the tolerance makes of one unit of a training of {@code builtin:digits} in a real runner:
 * done honestly, and with each cheat that saves work or spoils it.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class TrainingFraudTest {
    private static final int STEPS = Training.MAX_TOLERANT_STEPS;
    private static final int BATCH = 32;
    private static final int FIRST = 20;

    @TempDir private Path folder;
    private ModelManifest model;
    private LabelledRows rows;
    private TrainingStep step;
    private Training honest;
    private Engine pytorch;

    private static Stream<Optimizer> optimizers() {
        return Stream.of(new Optimizer.Sgd("0.05", "0.9"), Optimizer.Adam.of("0.001"));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void unit_doneHonestly_passesAndWithEachCheatFails(Optimizer optimizer) throws Exception {
        open(optimizer);
        RunnerSettings settings = RunnerSettings.of("test", Path.of("target", "djl"), 1);
        try (Engine exact = new ExactEngine(1);
                RunnerEngine runner = RunnerEngine.start(settings)) {
            pytorch = runner;
            TrainingState first = TrainingState.initial(step, honest.seed());
            TrainingState start = steps(honest, first, FIRST);
            TrainingState end = steps(honest, start, STEPS);
            TrainingState replayed = run(honest, start, STEPS, exact);
            TrainingTolerance tolerance = new TrainingTolerance(step);

            TrainingTolerance.Again again = from -> run(honest, from, STEPS, exact);

            assertThat(tolerance.accepts(start, end, replayed, again))
                    .as("honest: %s", tolerance.distances(start, end, replayed))
                    .isTrue();
            for (var cheat : cheats(first, start, end).entrySet()) {
                assertThat(tolerance.accepts(start, cheat.getValue(), replayed, again))
                        .as(cheat.getKey())
                        .isFalse();
            }
        }
    }

    private void open(Optimizer optimizer) throws Exception {
        BlobStore blobs = BlobStore.open(folder.resolve("blobs"));
        model = ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs)).manifest();
        Path csv = Files.write(folder.resolve("digits.csv"), Example.rows(1_500));
        rows = LabelledRows.of(model.rows().read(csv), model);
        step = TrainingStep.of(model.graph(), optimizer);
        honest = training(optimizer, 1);
    }

    private Training training(Optimizer optimizer, long orderSeed) {
        return new Training(
                model.graph().digest(),
                Digest.sha256(new byte[0]),
                rows.count(),
                orderSeed,
                1,
                optimizer,
                FIRST + STEPS,
                BATCH,
                STEPS,
                EngineName.PYTORCH);
    }

    /** The ends that a unit has when its provider cheats; each computed as an honest one would. */
    private Map<String, TrainingState> cheats(
            TrainingState first, TrainingState start, TrainingState end) throws Exception {
        Map<String, TrainingState> cheats = new LinkedHashMap<>();
        cheats.put("nothing done", new TrainingState(end.step(), end.loss(), start.tensors()));
        for (int skipped : List.of(0, STEPS / 2, STEPS - 1)) {
            cheats.put("step " + skipped + " skipped", skipping(skipped, start));
        }
        cheats.put("other rows", steps(training(honest.optimizer(), 2), start, STEPS));
        cheats.put("rate 1 % more", steps(training(faster(), 1), start, STEPS));
        cheats.put("state of the start at the end", withState(end, start.tensors()));
        cheats.put("state forgotten", steps(honest, withState(start, first.tensors()), STEPS));
        cheats.put(
                "loss 1 % less", new TrainingState(end.step(), end.loss() * 0.99f, end.tensors()));
        return cheats;
    }

    private Optimizer faster() {
        return switch (honest.optimizer()) {
            case Optimizer.Sgd(String _, String momentum) -> new Optimizer.Sgd("0.0505", momentum);
            case Optimizer.Adam _ -> Optimizer.Adam.of("0.00101");
        };
    }

    private TrainingState skipping(int skipped, TrainingState start) throws Exception {
        TrainingState before = steps(honest, start, skipped);
        TrainingState after = new TrainingState(before.step() + 1, before.loss(), before.tensors());
        return steps(honest, after, STEPS - skipped - 1);
    }

    /** The same parameters, and the optimizer's state from elsewhere. */
    private TrainingState withState(TrainingState state, Map<String, Tensor> elsewhere) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(state.tensors());
        step.state().keySet().forEach(name -> tensors.replace(name, elsewhere.get(name)));
        return new TrainingState(state.step(), state.loss(), tensors);
    }

    private TrainingState steps(Training training, TrainingState from, int steps) throws Exception {
        return run(training, from, steps, pytorch);
    }

    private TrainingState run(Training training, TrainingState from, int steps, Engine engine)
            throws ModelException, EngineException {
        try (TrainingRun run = TrainingRun.resume(training, model, rows, engine, from)) {
            for (int i = 0; i < steps; i++) {
                run.next();
            }
            return run.state();
        }
    }
}
