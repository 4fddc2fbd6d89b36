package dev.assay.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.engine.Engine;
import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.models.training.TrainingRun;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;
import dev.assay.runtime.exact.ExactEngine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Training runs on the exact engine, over the example's rows. */
final class TrainingRunTest {
    private static final Optimizer ADAM = Optimizer.Adam.of("0.002");
    private static final Optimizer SGD = new Optimizer.Sgd("0.05", "0.9");

    @TempDir Path directory;
    private DigitsTraining digits;
    private BlobStore blobs;
    private final Engine engine = new ExactEngine(1);

    @BeforeEach
    void open() throws Exception {
        Path rows = Path.of(System.getProperty("assay.root"), "examples", "digits.csv");
        digits = DigitsTraining.of(rows, directory.resolve("blobs"));
        blobs = BlobStore.open(directory.resolve("checkpoints"));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void loss_overTwoHundredSteps_falls(boolean adam) throws Exception {
        Training training = digits.spec(adam ? ADAM : SGD, 1, 200, 32, 200);
        List<Float> losses = new ArrayList<>();
        try (TrainingRun run = begin(training, engine)) {
            while (run.hasNext()) {
                losses.add(run.next());
            }
        }
        assertThat(losses).hasSize(200);
        assertThat(losses.subList(0, 5)).allSatisfy(loss -> assertThat(loss).isGreaterThan(1.5f));
        assertThat(losses.subList(195, 200)).allSatisfy(loss -> assertThat(loss).isLessThan(1f));
    }

    @Test
    void run_interruptedAndResumedFromItsBlobs_endsInTheSameCheckpoint() throws Exception {
        Training training = digits.spec(ADAM, 3, 150, 32, 40);
        List<TrainingCheckpoint> whole = checkpoints(training, engine);
        assertThat(whole).hasSize(5);
        Digest stored = whole.get(2).store(blobs);
        TrainingStep step = TrainingStep.of(digits.manifest().graph(), training.optimizer());
        TrainingCheckpoint read = TrainingCheckpoint.read(stored, blobs, training, step);
        assertThat(read.state().step()).isEqualTo(80);
        try (TrainingRun run = resume(training, read.state())) {
            while (run.hasNext()) {
                run.next();
            }
            assertThat(run.checkpoint().digest()).isEqualTo(whole.getLast().digest());
        }
    }

    @Test
    void run_onOneAndTwoThreads_endsInTheSameCheckpoint() throws Exception {
        Training training = digits.spec(SGD, 4, 30, 256, 30);
        Digest one = checkpoints(training, engine).getLast().digest();
        try (Engine two = new ExactEngine(2)) {
            assertThat(checkpoints(training, two).getLast().digest()).isEqualTo(one);
        }
    }

    @Test
    void replay_ofEveryUnit_yieldsTheCheckpointItEndsIn() throws Exception {
        Training training = digits.spec(ADAM, 5, 50, 32, 20);
        List<TrainingCheckpoint> whole = checkpoints(training, engine);
        for (int unit = 0; unit < training.units(); unit++) {
            assertThat(replay(unit, whole.get(unit), training))
                    .isEqualTo(whole.get(unit + 1).digest());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> replay(1, whole.get(0), training))
                .withMessageContaining("unit 1 begins at step 20, the checkpoint is of step 0");
    }

    @Test
    void replay_ofAUnitThatSkippedAStepOrTookOtherRows_doesNotMatch() throws Exception {
        Training training = digits.spec(SGD, 6, 20, 32, 10);
        List<TrainingCheckpoint> whole = checkpoints(training, engine);
        TrainingState honest = whole.get(0).state();
        Digest skipped;
        try (TrainingRun lazy = begin(training, engine)) {
            for (int i = 0; i < 9; i++) {
                lazy.next();
            }
            TrainingState state = lazy.state();
            skipped =
                    TrainingCheckpoint.of(
                                    training, new TrainingState(10, state.loss(), state.tensors()))
                            .digest();
        }
        assertThat(replay(0, TrainingCheckpoint.of(training, honest), training))
                .isEqualTo(whole.get(1).digest())
                .isNotEqualTo(skipped);
        Training otherOrder =
                new Training(
                        training.model(),
                        training.dataset(),
                        training.rows(),
                        7,
                        training.seed(),
                        SGD,
                        20,
                        32,
                        10,
                        training.engine());
        try (TrainingRun run = begin(otherOrder, engine)) {
            for (int i = 0; i < 10; i++) {
                run.next();
            }
            Digest disguised = TrainingCheckpoint.of(training, run.state()).digest();
            assertThat(disguised).isNotEqualTo(whole.get(1).digest());
        }
    }

    @Test
    void checkpoint_ofAnotherTrainingOrOptimizer_isRefused() throws Exception {
        Training training = digits.spec(SGD, 8, 4, 32, 4);
        Digest stored = checkpoints(training, engine).getLast().store(blobs);
        TrainingStep step = TrainingStep.of(digits.manifest().graph(), SGD);
        Training other = digits.spec(SGD, 9, 4, 32, 4);
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> TrainingCheckpoint.read(stored, blobs, other, step))
                .withMessageContaining("belongs to another training");
        TrainingStep adam = TrainingStep.of(digits.manifest().graph(), ADAM);
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> TrainingCheckpoint.read(stored, blobs, training, adam))
                .withMessageContaining("'velocity/conv1.weight' is");
    }

    @Test
    void run_thatDiverges_saysSo() throws Exception {
        Training training = digits.spec(new Optimizer.Sgd("99999", "0.9"), 1, 50, 32, 50);
        try (TrainingRun run = begin(training, engine)) {
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(
                            () -> {
                                while (run.hasNext()) {
                                    run.next();
                                }
                            })
                    .withMessageContaining("the training diverged; use a lower learning rate");
        }
    }

    private TrainingRun begin(Training training, Engine on) throws Exception {
        return TrainingRun.begin(training, digits.manifest(), digits.rows(), on);
    }

    private TrainingRun resume(Training training, TrainingState from) throws Exception {
        return TrainingRun.resume(training, digits.manifest(), digits.rows(), engine, from);
    }

    private Digest replay(int unit, TrainingCheckpoint start, Training training) throws Exception {
        return TrainingRun.replay(unit, start, training, digits.manifest(), digits.rows(), engine)
                .digest();
    }

    /** The checkpoints of a whole run, that of its beginning included. */
    private List<TrainingCheckpoint> checkpoints(Training training, Engine on) throws Exception {
        List<TrainingCheckpoint> checkpoints = new ArrayList<>();
        try (TrainingRun run = begin(training, on)) {
            checkpoints.add(run.checkpoint());
            while (run.hasNext()) {
                run.next();
                if (run.atCheckpoint()) {
                    checkpoints.add(run.checkpoint());
                }
            }
        }
        return checkpoints;
    }
}
