package dev.assay.models.training;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.job.Training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * A training job as a sequence of steps, with a training checkpoint after every unit. The caller
 * decides between steps whether to go on. A run that goes on from a checkpoint does exactly what
 * the run that made it would have done: on the exact engine bit for bit. Not thread-safe; the owner
 * closes it.
 */
public final class TrainingRun implements AutoCloseable {
    private static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

    private final Training training;
    private final TrainingStep step;
    private final LabelledRows dataset;
    private final RowOrder order;
    private final LoadedModel model;
    private TrainingState state;

    private TrainingRun(
            Training training,
            TrainingStep step,
            LabelledRows dataset,
            LoadedModel model,
            TrainingState state) {
        this.training = training;
        this.step = step;
        this.dataset = dataset;
        this.order = new RowOrder(training.orderSeed(), dataset.count(), training.batch());
        this.model = model;
        this.state = state;
    }

    /** A run from the first step. */
    public static TrainingRun begin(
            Training training, ModelManifest manifest, LabelledRows dataset, Engine engine)
            throws ModelException, EngineException {
        TrainingStep step = TrainingStep.of(manifest.graph(), training.optimizer());
        return start(training, step, dataset, engine, TrainingState.initial(step, training.seed()));
    }

    /** A run that goes on from a checkpoint of the same training. */
    public static TrainingRun resume(
            Training training,
            ModelManifest manifest,
            LabelledRows dataset,
            Engine engine,
            TrainingState from)
            throws ModelException, EngineException {
        TrainingStep step = TrainingStep.of(manifest.graph(), training.optimizer());
        return start(training, step, dataset, engine, from);
    }

    private static TrainingRun start(
            Training training,
            TrainingStep step,
            LabelledRows dataset,
            Engine engine,
            TrainingState state)
            throws EngineException {
        if (dataset.count() != training.rows()) {
            throw new EngineException(
                    EngineException.Code.BAD_INPUT,
                    "the dataset has "
                            + dataset.count()
                            + " rows; the job spec says "
                            + training.rows());
        }
        long elements = (long) training.batch() * dataset.widest();
        if (elements > MAX_ELEMENTS) {
            throw new EngineException(
                    EngineException.Code.BAD_INPUT,
                    "a batch of "
                            + training.batch()
                            + " rows has "
                            + elements
                            + " elements; use batches of at most "
                            + MAX_ELEMENTS / dataset.widest());
        }
        LoadedModel model = engine.load(step.graph(), Map.of());
        return new TrainingRun(training, step, dataset, model, state);
    }

    public boolean hasNext() {
        return state.step() < training.steps();
    }

    /**
     * Does the next step; its loss.
     *
     * @throws ModelException when the loss is not finite; the run then stands where it stood
     */
    public float next() throws EngineException, ModelException {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + training.steps() + " steps are done");
        }
        int[] rows = order.rows(state.step());
        List<Tensor> inputs = new ArrayList<>();
        inputs.add(dataset.inputs(rows));
        inputs.add(dataset.targets(rows));
        inputs.addAll(state.tensors().values());
        inputs.addAll(step.scalars(state.step()));
        TrainingState next = state.next(model.run(inputs, Trace.OFF));
        if (!Float.isFinite(next.loss())) {
            throw new ModelException(
                    ModelException.Code.NOT_FINITE,
                    "the loss of step "
                            + next.step()
                            + " is "
                            + next.loss()
                            + ": the training diverged; use a lower learning rate");
        }
        state = next;
        return next.loss();
    }

    /** Whether a unit ends here, or the first begins. */
    public boolean atCheckpoint() {
        return state.step() % training.checkpointEvery() == 0 || !hasNext();
    }

    /** The checkpoint of where the run stands. */
    public TrainingCheckpoint checkpoint() throws ModelException {
        if (!atCheckpoint()) {
            throw new IllegalStateException("step " + state.step() + " is within a unit");
        }
        return TrainingCheckpoint.of(training, state);
    }

    /** Where the run stands. */
    public TrainingState state() {
        return state;
    }

    /** The parameters as they are now, as a model package's weights. */
    public Map<String, Tensor> weights() {
        return state.parameters(step);
    }

    /**
     * Does the steps of one unit again from the checkpoint it begins at.
     *
     * @return the checkpoint that it ends in
     */
    public static TrainingCheckpoint replay(
            int unit,
            TrainingCheckpoint start,
            Training training,
            ModelManifest manifest,
            LabelledRows dataset,
            Engine engine)
            throws ModelException, EngineException {
        if (start.state().step() != training.firstStep(unit)) {
            throw new IllegalArgumentException(
                    "unit "
                            + unit
                            + " begins at step "
                            + training.firstStep(unit)
                            + ", the checkpoint is of step "
                            + start.state().step());
        }
        try (TrainingRun run = resume(training, manifest, dataset, engine, start.state())) {
            for (int i = 0; i < training.stepsIn(unit); i++) {
                run.next();
            }
            return run.checkpoint();
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
