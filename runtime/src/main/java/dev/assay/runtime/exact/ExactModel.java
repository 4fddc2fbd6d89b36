package dev.assay.runtime.exact;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A graph that runs node by node. An array of scratch memory serves one value after another and is
 * kept from run to run; the outputs are fresh.
 */
final class ExactModel implements LoadedModel {
    private static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

    private final Graph graph;
    private final Map<String, Tensor> parameters;
    private final Plan plan;
    private final Workspace workspace;
    private final Buffers buffers = new Buffers();

    private ExactModel(
            Graph graph, Map<String, Tensor> parameters, Plan plan, Workspace workspace) {
        this.graph = graph;
        this.parameters = Map.copyOf(parameters);
        this.plan = plan;
        this.workspace = workspace;
    }

    static ExactModel load(Graph graph, Map<String, Tensor> parameters, Workers workers)
            throws EngineException {
        for (Map.Entry<String, TensorType> declared : graph.parameters().entrySet()) {
            Tensor value = parameters.get(declared.getKey());
            if (value == null || !value.type().equals(declared.getValue())) {
                throw new EngineException(
                        Code.BAD_INPUT,
                        "parameter '"
                                + declared.getKey()
                                + "' is "
                                + (value == null ? "missing" : value)
                                + "; the graph declares "
                                + declared.getValue());
            }
        }
        return new ExactModel(
                graph, parameters, Plan.of(graph, parameters), new Workspace(workers));
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, Trace trace) throws EngineException {
        int rows = rows(inputs);
        float[][] values = new float[plan.places().size()][0];
        int given = 0;
        for (String name : graph.inputs().keySet()) {
            values[plan.place(name)] = inputs.get(given++).values();
        }
        parameters.forEach((name, value) -> values[plan.place(name)] = value.values());
        try {
            for (Plan.Step step : plan.steps()) {
                run(step, rows, values, trace);
            }
            return outputs(rows, values);
        } catch (OutOfMemoryError | ArithmeticException e) {
            close();
            throw new EngineException(
                    Code.FAILED,
                    "not enough memory for a batch of " + rows + " rows; use smaller batches",
                    e);
        }
    }

    private void run(Plan.Step step, int rows, float[][] values, Trace trace) {
        Shape shape = graph.type(step.node().name()).shape();
        if (step.kernel().isPresent()) {
            int size = shape.withBatch(rows).elements();
            boolean kept = plan.outputs().contains(step.output());
            float[] output = kept ? new float[size] : buffers.take(size);
            float[][] inputs = new float[step.inputs().size()][];
            Arrays.setAll(inputs, i -> values[step.inputs().get(i)]);
            step.kernel().get().run(step.batched() ? rows : 1, inputs, output, workspace);
            values[step.output()] = output;
        }
        if (!trace.equals(Trace.OFF)) {
            Tensor output = copy(shape.withBatch(rows), values[step.output()]);
            trace.computed(step.node(), output.digest());
        }
        step.dying().forEach(place -> buffers.give(values[place]));
    }

    /** The outputs; copied where one value is two outputs, an input or a parameter. */
    private List<Tensor> outputs(int rows, float[][] values) {
        Set<Integer> fresh = new HashSet<>();
        plan.steps().forEach(step -> step.kernel().ifPresent(_ -> fresh.add(step.output())));
        List<Tensor> outputs = new ArrayList<>();
        for (String name : graph.outputs()) {
            Shape shape = graph.type(name).shape().withBatch(rows);
            int place = plan.place(name);
            float[] array = values[place];
            outputs.add(fresh.remove(place) ? Tensor.of(shape, array) : copy(shape, array));
        }
        return outputs;
    }

    private static Tensor copy(Shape shape, float[] values) {
        return Tensor.of(shape, Arrays.copyOf(values, shape.elements()));
    }

    /** The number of rows of a batch, after a check of every input and of every value's size. */
    private int rows(List<Tensor> inputs) throws EngineException {
        if (inputs.size() != graph.inputs().size()) {
            throw bad("the graph takes " + graph.inputs().size() + " inputs, got " + inputs.size());
        }
        OptionalInt rows = OptionalInt.empty();
        int index = 0;
        for (Map.Entry<String, TensorType> declared : graph.inputs().entrySet()) {
            Tensor input = inputs.get(index++);
            Shape shape = declared.getValue().shape();
            if (shape.batched() && rows.isEmpty() && input.shape().rank() > 0) {
                rows = OptionalInt.of(input.shape().dim(0));
                checkSizes(rows.getAsInt());
            }
            TensorType bound =
                    new TensorType(declared.getValue().dtype(), shape.withBatch(rows.orElse(1)));
            if (!input.type().equals(bound)) {
                throw bad(
                        "input '"
                                + declared.getKey()
                                + "' is "
                                + input
                                + "; the graph declares "
                                + declared.getValue()
                                + (rows.isPresent() ? ", batch being " + rows.getAsInt() : ""));
            }
        }
        return rows.orElse(1);
    }

    private void checkSizes(int rows) throws EngineException {
        for (String value : plan.places().keySet()) {
            Shape shape = graph.type(value).shape();
            if (shape.batched() && (long) rows * shape.elements() > MAX_ELEMENTS) {
                throw bad(
                        "a batch of "
                                + rows
                                + " rows makes '"
                                + value
                                + "' too large; use batches of at most "
                                + MAX_ELEMENTS / shape.elements());
            }
        }
    }

    private static EngineException bad(String message) {
        return new EngineException(Code.BAD_INPUT, message);
    }

    /** Drops the scratch memory. */
    @Override
    public void close() {
        buffers.clear();
        workspace.clear();
    }
}
