package dev.assay.models.engine;

import dev.assay.models.graph.Node;
import dev.assay.protocol.id.Digest;

/**
 * Receives the digest of every operator's output while a graph runs, in topological order. Normal
 * running uses {@link #OFF}: hashing all activations costs a noticeable share of the run.
 */
@FunctionalInterface
public interface Trace {
    /** No trace: engines skip the hashing. */
    Trace OFF = (node, output) -> {};

    /** Called once per node, after it ran. */
    void computed(Node node, Digest output);
}
