package dev.assay.models.engine;

import dev.assay.models.tensor.Tensor;

import java.util.List;

/** A model ready to run. One call at a time: not thread-safe. The owner closes it. */
public interface LoadedModel extends AutoCloseable {
    /**
     * Runs the graph once.
     *
     * @param inputs in the order of {@link dev.assay.models.graph.Graph#inputs()}, all with the
     *     same number of rows
     * @param trace receives every operator's digest, unless {@link Trace#OFF}
     * @return in the order of {@link dev.assay.models.graph.Graph#outputs()}
     */
    List<Tensor> run(List<Tensor> inputs, Trace trace) throws EngineException;

    /** Runs a graph of one input and one output, without a trace. */
    default Tensor run(Tensor input) throws EngineException {
        return run(List.of(input), Trace.OFF).getFirst();
    }

    @Override
    void close();
}
