package dev.assay.agent.jobs;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.protocol.job.EngineName;

/** Opens the engine that an attempt runs on. */
@FunctionalInterface
public interface Engines {
    /** An engine that computes on {@code cpus} processors; the caller closes it. */
    Engine open(EngineName name, int cpus) throws EngineException;
}
