package dev.assay.benchmarks.training;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.training.LabelledRows;
import dev.assay.models.training.TrainingRun;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/** A training whose steps are done from any state, honestly or not. */
final class Trial {
    private static final BigDecimal ONE_PERCENT_MORE = new BigDecimal("1.01");
    private static final int MANY_STEPS = 1_000_000;

    private final ModelManifest model;
    private final LabelledRows rows;
    private final Training training;
    private final TrainingStep step;

    Trial(ModelManifest model, LabelledRows rows, Optimizer optimizer, int batch, int seed)
            throws ModelException {
        this.model = model;
        this.rows = rows;
        this.training = training(model, rows, optimizer, batch, seed);
        this.step = TrainingStep.of(model.graph(), optimizer);
    }

    private static Training training(
            ModelManifest model, LabelledRows rows, Optimizer optimizer, int batch, long seed) {
        return new Training(
                model.graph().digest(),
                Digest.sha256(new byte[0]),
                rows.count(),
                seed,
                seed,
                optimizer,
                MANY_STEPS,
                batch,
                MANY_STEPS,
                EngineName.EXACT);
    }

    TrainingStep step() {
        return step;
    }

    TrainingState initial() {
        return TrainingState.initial(step, training.seed());
    }

    TrainingState steps(TrainingState from, int steps, Engine engine)
            throws ModelException, EngineException {
        return steps(training, from, steps, engine);
    }

    private TrainingState steps(Training what, TrainingState from, int steps, Engine engine)
            throws ModelException, EngineException {
        try (TrainingRun run = TrainingRun.resume(what, model, rows, engine, from)) {
            for (int i = 0; i < steps; i++) {
                run.next();
            }
            return run.state();
        }
    }

    /** The ends that a unit has when its provider cheats in one way each, all on one engine. */
    Map<String, TrainingState> cheats(TrainingState start, TrainingState end, Engine engine)
            throws ModelException, EngineException {
        int steps = end.step() - start.step();
        Map<String, TrainingState> cheats = new LinkedHashMap<>();
        cheats.put("nothing", new TrainingState(end.step(), end.loss(), start.tensors()));
        cheats.put("firstStepSkipped", skipping(0, start, steps, engine));
        cheats.put("middleStepSkipped", skipping(steps / 2, start, steps, engine));
        cheats.put("lastStepSkipped", skipping(steps - 1, start, steps, engine));
        if (training.batch() < rows.count()) { // else other rows are the same rows
            Training otherOrder =
                    training(
                            model,
                            rows,
                            training.optimizer(),
                            training.batch(),
                            training.seed() + 9);
            cheats.put("otherRows", steps(otherOrder, start, steps, engine));
        }
        Training faster =
                training(
                        model,
                        rows,
                        onePercentFaster(training.optimizer()),
                        training.batch(),
                        training.seed());
        cheats.put("rateOnePercentMore", steps(faster, start, steps, engine));
        cheats.put("optimizerStateOfTheStart", withState(end, start.tensors()));
        if (start.step() > 0 && remembers(training.optimizer())) {
            TrainingState forgetful = withState(start, initial().tensors());
            cheats.put("optimizerStateForgotten", steps(forgetful, steps, engine));
        }
        return cheats;
    }

    /** Whether a step depends on the optimizer's state before it. */
    private static boolean remembers(Optimizer optimizer) {
        return switch (optimizer) {
            case Optimizer.Sgd(String _, String momentum) -> Double.parseDouble(momentum) > 0;
            case Optimizer.Adam _ -> true;
        };
    }

    private TrainingState skipping(int skipped, TrainingState start, int steps, Engine engine)
            throws ModelException, EngineException {
        TrainingState before = steps(start, skipped, engine);
        TrainingState after = new TrainingState(before.step() + 1, before.loss(), before.tensors());
        return steps(after, steps - skipped - 1, engine);
    }

    /** The same parameters, and the optimizer's state from elsewhere. */
    private TrainingState withState(TrainingState state, Map<String, Tensor> elsewhere) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(state.tensors());
        tensors.replaceAll(
                (name, tensor) ->
                        step.state().containsKey(name)
                                ? elsewhere.getOrDefault(name, tensor)
                                : tensor);
        return new TrainingState(state.step(), state.loss(), tensors);
    }

    private static Optimizer onePercentFaster(Optimizer optimizer) {
        return switch (optimizer) {
            case Optimizer.Sgd(String rate, String momentum) ->
                    new Optimizer.Sgd(faster(rate), momentum);
            case Optimizer.Adam(String rate, String beta1, String beta2, String epsilon) ->
                    new Optimizer.Adam(faster(rate), beta1, beta2, epsilon);
        };
    }

    private static String faster(String rate) {
        return new BigDecimal(rate).multiply(ONE_PERCENT_MORE).stripTrailingZeros().toPlainString();
    }
}
