package dev.assay.agent.jobs;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Resources;
import dev.assay.runtime.device.GpuId;

import java.util.List;

/** Opens the engine that an attempt runs on. */
@FunctionalInterface
public interface Engines {
    /** An engine that has these resources and may use these GPUs; the caller closes it. */
    Engine open(EngineName name, Resources resources, List<GpuId> gpus) throws EngineException;

    /** A bid was made for work on this engine: what takes long to start may start now. */
    default void expect(EngineName name) {}

    /**
     * Ends what an earlier process of the agent left of its engines.
     *
     * @return the process ids of what does not end
     */
    default List<Long> endLeftovers() {
        return List.of();
    }
}
