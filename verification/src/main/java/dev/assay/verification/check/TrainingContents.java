package dev.assay.verification.check;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.training.LabelledRows;
import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.models.training.TrainingRun;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.TrainingResult;
import dev.assay.protocol.json.JsonException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.UnitCommitments;
import dev.assay.verification.statement.ResultPredicate.TrainingBuild;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files of a training: model, dataset, and the training checkpoints that its units ended in.
 * Each unit is replayed by itself, from the checkpoint before it.
 *
 * <p>The provider signed for its output before anybody drew, so an output that is no output of this
 * training refutes the result, whatever units are drawn: when it does not have the committed root,
 * or when a checkpoint is missing, malformed, another training's or of another step. An output that
 * names another graph or another number of checkpoints cannot be opened at all. Immutable,
 * thread-safe.
 */
public final class TrainingContents implements ResultContents {
    private static final long MAX_MANIFEST = 64L << 20;

    private final AttestedResult result;
    private final Training work;
    private final ModelManifest model;
    private final LabelledRows rows;
    private final TrainingStep step;
    private final List<Digest> checkpoints;
    private final Checkpoints files;
    private final Optional<String> refutation;

    private TrainingContents(
            AttestedResult result,
            ModelManifest model,
            LabelledRows rows,
            List<Digest> checkpoints,
            Checkpoints files)
            throws ModelException, VerificationException {
        this.result = result;
        this.work = (Training) result.lease().order().order().spec().work();
        this.model = model;
        this.rows = rows;
        this.step = TrainingStep.of(model.graph(), work.optimizer());
        this.checkpoints = checkpoints;
        this.files = files;
        this.refutation = refute();
    }

    /** Where training checkpoints are read from. */
    @FunctionalInterface
    public interface Checkpoints {
        /** The checkpoint that a unit ended in, which has this digest. */
        TrainingCheckpoint read(int unit, Digest digest, Training training, TrainingStep step)
                throws BlobException, ModelException;
    }

    /** Opens the files from a blob store. */
    public static TrainingContents open(AttestedResult result, BlobStore blobs)
            throws VerificationException {
        TrainingBuild build = (TrainingBuild) result.result().build();
        try {
            return open(
                    result,
                    blobs.read(build.model(), MAX_MANIFEST),
                    blobs.file(build.dataset()),
                    ProviderFiles.read(blobs, result.result().output(), TrainingResult.MAX_BYTES),
                    (_, digest, training, step) ->
                            TrainingCheckpoint.read(digest, blobs, training, step));
        } catch (BlobException e) {
            throw bad(e);
        }
    }

    /** Opens the files, whose digests must be those that the result names. */
    public static TrainingContents open(
            AttestedResult result,
            byte[] manifest,
            Path dataset,
            byte[] output,
            Checkpoints checkpoints)
            throws VerificationException {
        TrainingBuild build = (TrainingBuild) result.result().build();
        try {
            require(Digest.sha256(manifest), build.model(), "the model's manifest");
            require(Digest.sha256(dataset), build.dataset(), "the dataset");
            require(Digest.sha256(output), result.result().output(), "the output file");
            ModelManifest model = ModelManifest.parse(manifest);
            if (!model.graph().digest().equals(build.graph())) {
                throw ProviderFiles.bad(UnusableOutput.GRAPH, "is another graph than the model's");
            }
            LabelledRows rows = LabelledRows.of(model.rows().read(dataset), model);
            TrainingContents contents =
                    new TrainingContents(
                            result,
                            model,
                            rows,
                            committed(output, result.result().units()),
                            checkpoints);
            if (rows.count() != contents.work.rows()) {
                throw new VerificationException(
                        Code.BAD_CONTENTS, "the dataset has other rows than were ordered");
            }
            return contents;
        } catch (ModelException | IOException e) {
            throw bad(e);
        }
    }

    private static List<Digest> committed(byte[] output, int units) throws VerificationException {
        try {
            List<Digest> checkpoints = TrainingResult.parse(output).checkpoints();
            if (checkpoints.size() != units) {
                throw ProviderFiles.bad(
                        "the output names %d checkpoints; the work has %d units"
                                .formatted(checkpoints.size(), units));
            }
            return checkpoints;
        } catch (JsonException e) {
            throw ProviderFiles.bad(e);
        }
    }

    private Optional<String> refute() throws VerificationException {
        UnitCommitments commitments = new UnitCommitments(work);
        checkpoints.forEach(commitments::add);
        Optional<String> refutation = ResultContents.refutation(result, commitments.root());
        for (int unit = 0; unit < checkpoints.size() && refutation.isEmpty(); unit++) {
            refutation = fault(unit);
        }
        return refutation;
    }

    /** What is wrong with the checkpoint that a unit ended in, if anything. */
    private Optional<String> fault(int unit) throws VerificationException {
        int expected = work.firstStep(unit + 1);
        String what;
        try {
            int done = checkpoint(unit).state().step();
            if (done == expected) {
                return Optional.empty();
            }
            what = "is of step " + done;
        } catch (VerificationException e) {
            if (e.code() != Code.BAD_OUTPUT) {
                throw e;
            }
            what = "is none of this training: " + e.getMessage();
        }
        return Optional.of(
                "unit %d ends after step %d, but its checkpoint %s %s"
                        .formatted(unit, expected, checkpoints.get(unit), what));
    }

    @Override
    public AttestedResult result() {
        return result;
    }

    public ModelManifest model() {
        return model;
    }

    /**
     * The digests of the checkpoints that the units ended in; none when the output does not name as
     * many as there are units.
     */
    public List<Digest> checkpoints() {
        return checkpoints;
    }

    /** The checkpoint that a unit ended in. */
    private TrainingCheckpoint checkpoint(int unit) throws VerificationException {
        try {
            return files.read(unit, checkpoints.get(unit), work, step);
        } catch (BlobException e) {
            throw ProviderFiles.missing(e);
        } catch (ModelException e) {
            throw ProviderFiles.malformed(e);
        }
    }

    /** The trained weights' checkpoint, of a result that is not refuted. */
    public TrainingCheckpoint last() throws VerificationException {
        return checkpoint(work.units() - 1);
    }

    /** Digest of the file of labelled rows. */
    public Digest dataset() {
        return work.dataset();
    }

    /** What each step computes. */
    public TrainingStep step() {
        return step;
    }

    @Override
    public Optional<String> refutation() {
        return refutation;
    }

    /**
     * Whether a unit, done again from the checkpoint before it, ends where it should: in the same
     * bits, or within {@link TrainingTolerance} when it was done on PyTorch. One that diverges does
     * not: nobody could have come from there to a checkpoint.
     */
    boolean replays(int unit, Engine exact) throws VerificationException {
        try {
            TrainingCheckpoint start =
                    unit == 0
                            ? TrainingCheckpoint.of(work, TrainingState.initial(step, work.seed()))
                            : checkpoint(unit - 1);
            return agrees(unit, start, exact);
        } catch (ModelException e) {
            if (e.code() == ModelException.Code.NOT_FINITE) {
                return false;
            }
            throw failed(e);
        } catch (EngineException e) {
            throw failed(e);
        }
    }

    private boolean agrees(int unit, TrainingCheckpoint start, Engine exact)
            throws ModelException, EngineException, VerificationException {
        TrainingCheckpoint replayed = TrainingRun.replay(unit, start, work, model, rows, exact);
        return switch (work.engine()) {
            case EXACT -> replayed.digest().equals(checkpoints.get(unit));
            case PYTORCH ->
                    new TrainingTolerance(step)
                            .accepts(
                                    start.state(),
                                    checkpoint(unit).state(),
                                    replayed.state(),
                                    other -> again(unit, other, exact));
        };
    }

    private TrainingState again(int unit, TrainingState start, Engine exact)
            throws ModelException, EngineException {
        TrainingCheckpoint from = TrainingCheckpoint.of(work, start);
        return TrainingRun.replay(unit, from, work, model, rows, exact).state();
    }

    private static VerificationException failed(Exception e) {
        return new VerificationException(
                Code.REPLAY_FAILED, "the replay could not run: " + e.getMessage(), e);
    }

    private static void require(Digest actual, Digest named, String what)
            throws VerificationException {
        if (!actual.equals(named)) {
            throw new VerificationException(
                    Code.BAD_CONTENTS,
                    what + " has digest " + actual + "; the result names " + named);
        }
    }

    private static VerificationException bad(Exception e) {
        return new VerificationException(Code.BAD_CONTENTS, String.valueOf(e.getMessage()), e);
    }
}
