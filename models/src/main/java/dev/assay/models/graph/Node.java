package dev.assay.models.graph;

import java.util.List;

/**
 * One step of a graph.
 *
 * @param name names the node and its output; unique among all values of the graph
 * @param inputs the names of the values it reads, in the operator's order
 */
public record Node(String name, Operator operator, List<String> inputs) {
    public Node {
        inputs = List.copyOf(inputs);
    }
}
