package dev.assay.runtime.exact;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Node;
import dev.assay.models.tensor.Tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A graph made ready to run: a kernel per node, and a numbered place per value. A value and its
 * reshapes share a place.
 *
 * @param places the place of every value, by name
 * @param outputs the places of the graph's outputs
 */
record Plan(List<Step> steps, Map<String, Integer> places, Set<Integer> outputs) {
    Plan {
        steps = List.copyOf(steps);
        places = Map.copyOf(places);
        outputs = Set.copyOf(outputs);
    }

    /**
     * A node and what runs it.
     *
     * @param kernel none when the node only reshapes
     * @param batched whether the batch axis is in its output or in what it reads
     * @param output the place of its output
     * @param dying places of intermediate values that no later step reads
     */
    record Step(
            Node node,
            Optional<Kernel> kernel,
            boolean batched,
            List<Integer> inputs,
            int output,
            List<Integer> dying) {
        Step {
            inputs = List.copyOf(inputs);
            dying = List.copyOf(dying);
        }

        Step thenDying(List<Integer> places) {
            return new Step(node, kernel, batched, inputs, output, places);
        }
    }

    /** The place of a value. */
    int place(String value) {
        return Objects.requireNonNull(places.get(value), value);
    }

    static Plan of(Graph graph, Map<String, Tensor> parameters) throws EngineException {
        Lowering lowering = new Lowering(graph, parameters);
        Map<String, Integer> places = new HashMap<>();
        graph.inputs().keySet().forEach(name -> places.put(name, places.size()));
        graph.parameters().keySet().forEach(name -> places.put(name, places.size()));
        int given = places.size();

        List<Step> steps = new ArrayList<>();
        int next = given;
        for (Node node : graph.nodes()) {
            Optional<Kernel> kernel = kernel(lowering, node);
            List<Integer> inputs = node.inputs().stream().map(places::get).toList();
            int output = kernel.isPresent() ? next++ : inputs.getFirst();
            places.put(node.name(), output);
            steps.add(new Step(node, kernel, batched(graph, node), inputs, output, List.of()));
        }
        Set<Integer> outputs = new HashSet<>();
        graph.outputs().forEach(name -> outputs.add(places.get(name)));
        return new Plan(withDeaths(steps, given, outputs), places, outputs);
    }

    private static boolean batched(Graph graph, Node node) {
        return Stream.concat(node.inputs().stream(), Stream.of(node.name()))
                .anyMatch(value -> graph.type(value).shape().batched());
    }

    private static Optional<Kernel> kernel(Lowering lowering, Node node) throws EngineException {
        try {
            return lowering.kernel(node);
        } catch (ArithmeticException | OutOfMemoryError e) {
            throw new EngineException(
                    Code.UNSUPPORTED,
                    "node '"
                            + node.name()
                            + "': its packed or padded operands do not fit arrays, or memory",
                    e);
        }
    }

    /** The steps with what dies after each, found by walking backwards. */
    private static List<Step> withDeaths(List<Step> steps, int given, Set<Integer> outputs) {
        Set<Integer> alive = new HashSet<>(outputs);
        List<Step> result = new ArrayList<>();
        for (Step step : steps.reversed()) {
            Set<Integer> touched = new HashSet<>(step.inputs());
            touched.add(step.output());
            List<Integer> dying =
                    touched.stream().filter(p -> p >= given).filter(alive::add).toList();
            result.add(step.thenDying(dying));
        }
        return result.reversed();
    }
}
