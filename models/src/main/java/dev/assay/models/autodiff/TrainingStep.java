package dev.assay.models.autodiff;

import dev.assay.models.ModelException;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Node;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.UpdateOperator;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.job.Optimizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One step of training a classifier as one graph: forward, backward, update.
 *
 * <pre>
 * inputs    the model's inputs, labels [batch, classes] as one-hot rows,
 *           parameters, optimizer state, scalars of the step
 * outputs   loss, new parameters, new optimizer state
 * </pre>
 *
 * The loss is the mean cross-entropy of the scores that the model's last node, a Softmax, reads;
 * the Softmax itself is not computed. Immutable.
 */
public final class TrainingStep {
    private static final String LABELS = "step/labels";
    private static final String LOSS = "step/loss";
    private static final String LOSS_GRADIENT = "step/loss-gradient";
    private static final String RATE = "step/rate";
    private static final String MOMENTUM = "step/momentum";
    private static final String BETA_1 = "step/beta1";
    private static final String BETA_2 = "step/beta2";
    private static final String EPSILON = "step/epsilon";
    private static final TensorType SCALAR = TensorType.f32();

    private final Graph graph;
    private final Optimizer optimizer;
    private final Map<String, TensorType> parameters;
    private final Map<String, TensorType> state;

    private TrainingStep(
            Graph graph,
            Optimizer optimizer,
            Map<String, TensorType> parameters,
            Map<String, TensorType> state) {
        this.graph = graph;
        this.optimizer = optimizer;
        this.parameters = parameters;
        this.state = state;
    }

    /**
     * The step that trains this classifier: a graph of one input, ending in a Softmax. Parameters
     * and state must fit one training checkpoint.
     */
    public static TrainingStep of(Graph model, Optimizer optimizer) throws ModelException {
        String scores = scores(model);
        Map<String, TensorType> state = state(model, optimizer);
        requireStorable(model.parameters(), state);
        Graph.Builder builder = Graph.builder();
        for (Map.Entry<String, TensorType> input : model.inputs().entrySet()) {
            builder.input(input.getKey(), input.getValue());
        }
        builder.input(LABELS, model.type(scores));
        for (Map.Entry<String, TensorType> parameter : model.parameters().entrySet()) {
            builder.input(parameter.getKey(), parameter.getValue());
        }
        for (Map.Entry<String, TensorType> tensor : state.entrySet()) {
            builder.input(tensor.getKey(), tensor.getValue());
        }
        builder.input(LOSS_GRADIENT, SCALAR);
        for (String scalar : scalarNames(optimizer)) {
            builder.input(scalar, SCALAR);
        }
        Set<String> needed = ancestors(model, scores);
        for (Node node : model.nodes()) {
            if (needed.contains(node.name())) {
                builder.node(node.name(), node.operator(), node.inputs().toArray(String[]::new));
            }
        }
        builder.node(LOSS, new Operator.SoftmaxCrossEntropyLoss(), scores, LABELS);
        Map<String, String> gradients =
                Differentiation.add(
                        builder.build(LOSS),
                        LOSS,
                        LOSS_GRADIENT,
                        model.parameters().keySet(),
                        builder);
        List<String> outputs = new ArrayList<>(List.of(LOSS));
        for (Map.Entry<String, String> gradient : gradients.entrySet()) {
            update(optimizer, gradient.getKey(), gradient.getValue(), builder);
            outputs.add(fresh(gradient.getKey()));
        }
        state.keySet().forEach(name -> outputs.add(fresh(name)));
        return new TrainingStep(
                builder.build(outputs.toArray(String[]::new)),
                optimizer,
                model.parameters(),
                Collections.unmodifiableMap(state));
    }

    private static String scores(Graph model) throws ModelException {
        for (Node node : model.nodes()) {
            if (model.outputs().equals(List.of(node.name()))
                    && node.operator() instanceof Operator.Softmax
                    && model.type(node.name()).shape().rank() == 2
                    && model.type(node.name()).shape().batched()) {
                return node.inputs().getFirst();
            }
        }
        throw new ModelException(
                ModelException.Code.BAD_GRAPH,
                "only classifiers can be trained: the one output must be the Softmax of [batch,"
                        + " classes] scores");
    }

    private static void requireStorable(
            Map<String, TensorType> parameters, Map<String, TensorType> state)
            throws ModelException {
        long elements =
                Stream.concat(parameters.values().stream(), state.values().stream())
                        .mapToLong(type -> type.shape().elements())
                        .sum();
        if (elements > Safetensors.MAX_DATA / Float.BYTES) {
            throw new ModelException(
                    ModelException.Code.BAD_GRAPH,
                    "parameters and optimizer state have "
                            + elements
                            + " elements; a training checkpoint holds at most "
                            + Safetensors.MAX_DATA / Float.BYTES);
        }
    }

    /** The values that {@code value} is computed from, itself included. */
    private static Set<String> ancestors(Graph model, String value) {
        Set<String> ancestors = new HashSet<>(Set.of(value));
        for (Node node : model.nodes().reversed()) {
            if (ancestors.contains(node.name())) {
                ancestors.addAll(node.inputs());
            }
        }
        return ancestors;
    }

    private static Map<String, TensorType> state(Graph model, Optimizer optimizer) {
        Map<String, TensorType> state = new LinkedHashMap<>();
        for (Map.Entry<String, TensorType> parameter : model.parameters().entrySet()) {
            switch (optimizer) {
                case Optimizer.Sgd _ ->
                        state.put(velocity(parameter.getKey()), parameter.getValue());
                case Optimizer.Adam _ -> {
                    state.put(first(parameter.getKey()), parameter.getValue());
                    state.put(second(parameter.getKey()), parameter.getValue());
                }
            }
        }
        return state;
    }

    private static List<String> scalarNames(Optimizer optimizer) {
        return switch (optimizer) {
            case Optimizer.Sgd _ -> List.of(RATE, MOMENTUM);
            case Optimizer.Adam _ -> List.of(RATE, BETA_1, BETA_2, EPSILON);
        };
    }

    private static void update(
            Optimizer optimizer, String parameter, String gradient, Graph.Builder builder)
            throws ModelException {
        switch (optimizer) {
            case Optimizer.Sgd _ -> {
                String velocity = velocity(parameter);
                builder.node(
                                fresh(velocity),
                                new UpdateOperator.Momentum(),
                                velocity,
                                gradient,
                                MOMENTUM)
                        .node(
                                fresh(parameter),
                                new UpdateOperator.GradientDescent(),
                                parameter,
                                fresh(velocity),
                                RATE);
            }
            case Optimizer.Adam _ -> {
                String first = first(parameter);
                String second = second(parameter);
                String square = "square/" + parameter;
                Operator average = new UpdateOperator.MovingAverage();
                builder.node(fresh(first), average, first, gradient, BETA_1)
                        .node(square, new Operator.Mul(), gradient, gradient)
                        .node(fresh(second), average, second, square, BETA_2)
                        .node(
                                fresh(parameter),
                                new UpdateOperator.Adam(),
                                parameter,
                                fresh(first),
                                fresh(second),
                                RATE,
                                EPSILON);
            }
        }
    }

    private static String velocity(String parameter) {
        return "velocity/" + parameter;
    }

    private static String first(String parameter) {
        return "first/" + parameter;
    }

    private static String second(String parameter) {
        return "second/" + parameter;
    }

    private static String fresh(String value) {
        return "new/" + value;
    }

    public Graph graph() {
        return graph;
    }

    /** What is trained, by name, in the order of inputs and outputs. */
    public Map<String, TensorType> parameters() {
        return parameters;
    }

    /** What the optimizer keeps from step to step, likewise; all zeros at first. */
    public Map<String, TensorType> state() {
        return state;
    }

    public Optimizer optimizer() {
        return optimizer;
    }

    /** The tensor of state that gathers a parameter's gradients. */
    public String gradients(String parameter) {
        return switch (optimizer) {
            case Optimizer.Sgd _ -> velocity(parameter);
            case Optimizer.Adam _ -> first(parameter);
        };
    }

    /** The tensor of state that gathers their squares, if the optimizer keeps one. */
    public Optional<String> squares(String parameter) {
        return switch (optimizer) {
            case Optimizer.Sgd _ -> Optional.empty();
            case Optimizer.Adam _ -> Optional.of(second(parameter));
        };
    }

    /**
     * The last inputs: the loss gradient, which is 1, and the optimizer's scalars.
     *
     * @param step counted from 0
     */
    public List<Tensor> scalars(int step) {
        return switch (optimizer) {
            case Optimizer.Sgd(String rate, String momentum) ->
                    List.of(scalar(1), decimal(rate), decimal(momentum));
            case Optimizer.Adam(String rate, String beta1, String beta2, String epsilon) ->
                    List.of(
                            scalar(1),
                            scalar((float) corrected(rate, beta1, beta2, step + 1)),
                            decimal(beta1),
                            decimal(beta2),
                            decimal(epsilon));
        };
    }

    /**
     * Adam's rate {@code r · √(1 − beta2ᵗ) / (1 − beta1ᵗ)}, in double precision by operations whose
     * bits are the same on every JVM.
     */
    private static double corrected(String rate, String beta1, String beta2, int t) {
        double first = 1 - StrictMath.pow(Double.parseDouble(beta1), t);
        double second = 1 - StrictMath.pow(Double.parseDouble(beta2), t);
        return Double.parseDouble(rate) * Math.sqrt(second) / first;
    }

    private static Tensor decimal(String text) {
        return scalar(Float.parseFloat(text));
    }

    private static Tensor scalar(float value) {
        return Tensor.of(Shape.of(), new float[] {value});
    }
}
