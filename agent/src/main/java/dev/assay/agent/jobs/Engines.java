package dev.assay.agent.jobs;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Resources;

/** Opens the engine that an attempt runs on. */
@FunctionalInterface
public interface Engines {
    /** An engine that has these resources; the caller closes it. */
    Engine open(EngineName name, Resources resources) throws EngineException;

    /** A bid was made for work on this engine: what takes long to start may start now. */
    default void expect(EngineName name) {}
}
