package dev.assay.runtime.container;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How a container is, as its engine says.
 *
 * @param pid its first process on this host; 0 when it does not run
 * @param exitCode of its first process, once it ended
 * @param outOfMemory whether the kernel killed a process of it for memory
 * @param error what the engine could not do for it, or nothing
 * @param health what its own health check says, or nothing
 * @param ports the host's loopback port for each published port
 */
public record ContainerState(
        Phase phase,
        long pid,
        int exitCode,
        boolean outOfMemory,
        String error,
        String health,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Map<Integer, Integer> ports) {
    /** Where it is in its life. */
    public enum Phase {
        /** Never started. */
        CREATED,
        RUNNING,
        ENDED
    }

    public ContainerState {
        ports = Map.copyOf(ports);
    }
}
