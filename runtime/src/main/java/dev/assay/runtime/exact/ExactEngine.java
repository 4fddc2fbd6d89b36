package dev.assay.runtime.exact;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.graph.Graph;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;

import java.util.HashMap;
import java.util.Map;

/**
 * Runs operator graphs so that every bit of every output is fixed by IEEE 754 and the order of
 * operations: the same on every processor, for every number of threads and every batch that a row
 * is part of. In pure Java; loads no native code.
 *
 * <p>What is exact is each operator's own definition, see {@link dev.assay.models.graph.Operator}:
 * sums of products are fused multiply-adds from +0 in ascending order of index; elementary
 * functions are this engine's ({@link Exp}). Lanes and threads run across outputs, never across a
 * reduction. NaN is NaN; its payload is not fixed, and digests do not see it.
 *
 * <p>Needs {@code --add-modules jdk.incubator.vector}.
 */
public final class ExactEngine implements Engine {
    /** The engine's name in job specs and results. */
    public static final String NAME = "exact";

    private final Workers workers;

    /**
     * @param threads how many threads, the caller's included, a run may use
     */
    public ExactEngine(int threads) {
        this.workers = new Workers(threads);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public LoadedModel load(ModelPackage model) throws EngineException {
        Map<String, Tensor> parameters = new HashMap<>();
        model.graph().parameters().keySet().forEach(p -> parameters.put(p, model.parameter(p)));
        return load(model.graph(), parameters);
    }

    @Override
    public LoadedModel load(Graph graph, Map<String, Tensor> parameters) throws EngineException {
        return ExactModel.load(graph, parameters, workers);
    }

    /** Ends the engine's threads. */
    @Override
    public void close() {
        workers.close();
    }
}
