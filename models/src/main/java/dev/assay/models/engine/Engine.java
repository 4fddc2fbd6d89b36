package dev.assay.models.engine;

import dev.assay.models.pack.ModelPackage;

/** Runs operator graphs. Thread-safe. The owner closes it after every model it loaded. */
public interface Engine extends AutoCloseable {
    /** The engine's name in job specs and results: {@code exact} or {@code pytorch}. */
    String name();

    /** Prepares a model for running; the caller owns what it gets. */
    LoadedModel load(ModelPackage model) throws EngineException;

    @Override
    void close();
}
