package dev.assay.agent.jobs;

import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerHost;

/** What an agent runs containers with. */
@FunctionalInterface
public interface Containers {
    /**
     * The host of the agent's containers, which stays its owner's; an error says why there is none.
     */
    ContainerHost host() throws ContainerException;

    /**
     * Whether an earlier process left something of containers: one that died between an attempt's
     * end and the removal of its files left no attempt to go on with.
     */
    default boolean mayBeLeft() {
        return false;
    }

    /** Says why there is none, if there is none; needs not take as long as {@link #host}. */
    default void require() throws ContainerException {
        var _ = host();
    }
}
