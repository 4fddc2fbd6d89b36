package dev.assay.verification.check;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.engine.EngineException;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.job.Optimizer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * How far the end of a training's unit, computed on PyTorch, may be from the end that the exact
 * engine comes to from the same beginning. Each parameter and each tensor of the optimizer's state
 * is measured on its own, against what the unit did to it:
 *
 * <pre>
 * rms(claimed − replayed) ≤ LIMIT × max(rms(replayed − start), least)
 * </pre>
 *
 * What the unit did, not what the tensor holds, is the scale: weights hardly change in a few steps,
 * so on their own scale a unit that was not trained at all would look almost right. Where gradients
 * cancel, though, what is left of them is the rounding of what cancelled, and two honest engines
 * have little of it in common. So the scale is never less than a small share of what the tensor
 * would change by if nothing cancelled:
 *
 * <pre>
 * SGD:   velocity              rms(velocity) / 10
 * Adam:  average of gradients  root of the mean of the averaged squares / 10
 *        parameter             learning rate × steps × 3/100
 * </pre>
 *
 * The loss is compared on a scale of its own. How the limits were measured, and what they do not
 * catch: docs/verification.md.
 */
public record TrainingTolerance(TrainingStep step) {
    /** Largest accepted distance of a tensor, as a share of its scale. */
    public static final double LIMIT = 4e-3;

    /** Largest accepted distance of the last step's loss, as a share of it. */
    public static final double LOSS_LIMIT = 4e-3;

    /** Losses are means of logarithms near 0: closer than this, they are the same. */
    private static final double LEAST_LOSS = 1e-6;

    private static final double SHARE_OF_GRADIENTS = 0.1;
    private static final double SHARE_OF_RATE = 0.03;

    /** How much farther off than replays from nudged beginnings an honest unit may be. */
    private static final double FACTOR = 10;

    private static final int NUDGES = 3;
    private static final float NUDGE = 0x1p-21f;

    /** Replays a unit from another beginning. */
    @FunctionalInterface
    public interface Again {
        TrainingState from(TrainingState start) throws ModelException, EngineException;
    }

    /**
     * Whether a unit from {@code start} may end in {@code claimed}. One that ends too far off is
     * replayed again from beginnings a few roundings away: where those end far from each other, the
     * distance says little.
     */
    public boolean accepts(
            TrainingState start, TrainingState claimed, TrainingState replayed, Again again)
            throws ModelException, EngineException {
        Map<String, Double> limits = new LinkedHashMap<>();
        replayed.tensors().keySet().forEach(name -> limits.put(name, LIMIT));
        if (accepts(start, claimed, replayed, limits, LOSS_LIMIT)) {
            return true;
        }
        double lossLimit = LOSS_LIMIT;
        for (int nudge = 0; nudge < NUDGES; nudge++) {
            TrainingState other = again.from(nudged(start, nudge));
            distances(start, other, replayed)
                    .forEach((name, spread) -> limits.merge(name, FACTOR * spread, Math::max));
            lossLimit = Math.max(lossLimit, FACTOR * lossDistance(other, replayed));
        }
        return accepts(start, claimed, replayed, limits, lossLimit);
    }

    private boolean accepts(
            TrainingState start,
            TrainingState claimed,
            TrainingState replayed,
            Map<String, Double> limits,
            double lossLimit) {
        return lossDistance(claimed, replayed) <= lossLimit
                && distances(start, claimed, replayed).entrySet().stream()
                        .allMatch(
                                distance ->
                                        distance.getValue()
                                                <= limits.getOrDefault(distance.getKey(), LIMIT));
    }

    /** The state with every parameter a few roundings up or down; always the same ones. */
    private TrainingState nudged(TrainingState state, int nudge) {
        SplittableRandom random = new SplittableRandom(nudge);
        Map<String, Tensor> tensors = new LinkedHashMap<>(state.tensors());
        for (String parameter : step.parameters().keySet()) {
            Tensor tensor = named(parameter, state);
            float[] values = tensor.values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] *= random.nextBoolean() ? 1 + NUDGE : 1 - NUDGE;
            }
            tensors.put(parameter, Tensor.of(tensor.shape(), values));
        }
        return new TrainingState(state.step(), state.loss(), tensors);
    }

    /** How far the losses are apart, as a share of the replayed one; 0 within {@code 1e-6}. */
    public static double lossDistance(TrainingState claimed, TrainingState replayed) {
        double difference = Math.abs((double) claimed.loss() - replayed.loss());
        return difference <= LEAST_LOSS ? 0 : difference / Math.abs((double) replayed.loss());
    }

    /**
     * The distance of each tensor, as a share of its scale; infinite when it moved and its replay
     * did not.
     */
    public Map<String, Double> distances(
            TrainingState start, TrainingState claimed, TrainingState replayed) {
        Map<String, Double> distances = new LinkedHashMap<>();
        for (String parameter : step.parameters().keySet()) {
            Between unit = new Between(start, claimed, replayed);
            String gradients = step.gradients(parameter);
            switch (step.optimizer()) {
                case Optimizer.Sgd _ -> {
                    double velocity = Math.sqrt(meanSquare(named(gradients, replayed)));
                    distances.put(parameter, unit.distance(parameter, 0));
                    distances.put(
                            gradients, unit.distance(gradients, SHARE_OF_GRADIENTS * velocity));
                }
                case Optimizer.Adam adam -> {
                    double moved =
                            Double.parseDouble(adam.learningRate())
                                    * (replayed.step() - start.step());
                    String squares = step.squares(parameter).orElseThrow();
                    double root = Math.sqrt(mean(named(squares, replayed)));
                    distances.put(parameter, unit.distance(parameter, SHARE_OF_RATE * moved));
                    distances.put(gradients, unit.distance(gradients, SHARE_OF_GRADIENTS * root));
                    distances.put(squares, unit.distance(squares, 0));
                }
            }
        }
        return distances;
    }

    /** A unit's beginning and its two ends. */
    private record Between(TrainingState start, TrainingState claimed, TrainingState replayed) {
        double distance(String name, double leastScale) {
            Tensor end = named(name, replayed);
            double apart = apart(named(name, claimed), end);
            double scale = Math.max(apart(end, named(name, start)), leastScale);
            return apart == 0 ? 0 : apart / scale;
        }
    }

    /** Checkpoints of one training have tensors of the same names and shapes. */
    private static Tensor named(String name, TrainingState state) {
        return Objects.requireNonNull(state.tensors().get(name));
    }

    /** The root mean square of the difference. */
    private static double apart(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.values().length; i++) {
            double difference = (double) a.values()[i] - b.values()[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum / a.values().length);
    }

    private static double meanSquare(Tensor tensor) {
        double sum = 0;
        for (float value : tensor.values()) {
            sum += (double) value * value;
        }
        return sum / tensor.values().length;
    }

    private static double mean(Tensor tensor) {
        double sum = 0;
        for (float value : tensor.values()) {
            sum += value;
        }
        return sum / tensor.values().length;
    }
}
