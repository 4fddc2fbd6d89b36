package dev.assay.verification.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.engine.Engine;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.verification.statement.VerdictPredicate.Method;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A training done on PyTorch is compared within the tolerance, unit by unit. */
final class TolerantTrainingTest {
    private static final int UNIT = 1;
    private static final float LIMIT = (float) TrainingTolerance.LIMIT;
    private static final float LOSS_LIMIT = (float) TrainingTolerance.LOSS_LIMIT;

    @TempDir private Path directory;
    private TinyTraining training;
    private List<Digest> honest;

    @BeforeEach
    void train() throws Exception {
        training = new TinyTraining(directory, EngineName.PYTORCH);
        honest = training.run(training.work.seed());
    }

    @Test
    void training_onPytorch_isCheckedByTolerantReplay() throws Exception {
        ResultContents contents = ResultContents.open(training.result(honest), training.blobs);
        assertThat(contents.method()).isEqualTo(Method.TOLERANT_REPLAY);
        assertThat(failures(honest)).isEmpty();
    }

    @Test
    void unit_thatEndsALittleOff_passesAndFartherFails() throws Exception {
        assertThat(failures(withEnd(off(LIMIT * 0.9f)))).doesNotContain(UNIT);
        assertThat(failures(withEnd(off(-LIMIT * 0.9f)))).doesNotContain(UNIT);
        assertThat(failures(withEnd(off(LIMIT * 1.1f)))).contains(UNIT);
        assertThat(failures(withEnd(off(-LIMIT * 1.1f)))).contains(UNIT);
    }

    /** The weights of the beginning as those of the end: as if nothing had been computed. */
    @Test
    void unit_thatDidNothing_fails() throws Exception {
        assertThat(failures(withEnd(off(-1)))).contains(UNIT);
    }

    @Test
    void unit_withAnotherLoss_fails() throws Exception {
        Digest near = training.withLoss(honest.get(UNIT), 1 + LOSS_LIMIT * 0.9f);
        Digest far = training.withLoss(honest.get(UNIT), 1 + LOSS_LIMIT * 1.1f);
        assertThat(failures(withEnd(near))).isEmpty();
        assertThat(failures(withEnd(far))).containsExactly(UNIT);
    }

    private Digest off(float share) throws Exception {
        return training.off(honest.get(UNIT - 1), honest.get(UNIT), share);
    }

    private List<Digest> withEnd(Digest checkpoint) {
        List<Digest> checkpoints = new ArrayList<>(honest);
        checkpoints.set(UNIT, checkpoint);
        return checkpoints;
    }

    private List<Integer> failures(List<Digest> checkpoints) throws Exception {
        TrainingContents contents =
                TrainingContents.open(training.result(checkpoints), training.blobs);
        assertThat(contents.refutation()).isEmpty();
        try (Engine exact = new TinyTraining.CountingEngine()) {
            return new Replay(exact).failures(contents, List.of(0, 1, 2), _ -> {});
        }
    }
}
