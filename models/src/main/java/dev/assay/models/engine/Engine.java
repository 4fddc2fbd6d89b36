package dev.assay.models.engine;

import dev.assay.models.graph.Graph;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.ScriptPackage;
import dev.assay.models.tensor.Tensor;

import java.util.Map;

/** Runs operator graphs. Thread-safe. The owner closes it after every model it loaded. */
public interface Engine extends AutoCloseable {
    /** The engine's name in job specs and results: {@code exact} or {@code pytorch}. */
    String name();

    /** Prepares a model for running; the caller owns what it gets. */
    LoadedModel load(ModelPackage model) throws EngineException;

    /** Prepares a TorchScript model; only a runner does. */
    default LoadedModel load(ScriptPackage script) throws EngineException {
        throw new EngineException(
                EngineException.Code.UNSUPPORTED,
                "this engine ("
                        + name()
                        + ") does not run "
                        + script.manifest().name()
                        + ", which is TorchScript; use engine: pytorch");
    }

    /**
     * Prepares any graph, such as a training step or a single disputed operator.
     *
     * @param parameters a value for each of the graph's parameters
     */
    default LoadedModel load(Graph graph, Map<String, Tensor> parameters) throws EngineException {
        throw new EngineException(
                EngineException.Code.UNSUPPORTED,
                "this engine (" + name() + ") runs model packages only; use engine: exact");
    }

    @Override
    void close();
}
