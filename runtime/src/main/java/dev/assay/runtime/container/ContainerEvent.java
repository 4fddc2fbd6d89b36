package dev.assay.runtime.container;

import dev.assay.runtime.container.ContainerEngine.PullProgress;

import java.time.Instant;
import java.util.Map;

/** What happens to a container, as it happens. */
public sealed interface ContainerEvent {
    /** A step in fetching the image. */
    record Pulling(PullProgress progress) implements ContainerEvent {}

    /**
     * The image is there.
     *
     * @param id what will run, whatever the name stands for tomorrow
     */
    record ImageReady(String name, String id) implements ContainerEvent {}

    /**
     * The container runs.
     *
     * @param ports the host's loopback port for each of the job's ports
     */
    record Started(RunId run, Instant at, Map<Integer, Integer> ports) implements ContainerEvent {
        public Started {
            ports = Map.copyOf(ports);
        }
    }

    /** The container wrote something. */
    record Logged(RunId run, LogEntry entry) implements ContainerEvent {}

    /** The image's own health check changed its mind. */
    record Health(RunId run, String health) implements ContainerEvent {}

    /** The container is being ended, and why. */
    record Ending(RunId run, ExitCause cause) implements ContainerEvent {}

    /** The container ended. */
    record Ended(RunId run, ExitCause cause, int exitCode) implements ContainerEvent {}

    /** What the container left is stored; with it, so many of its array have ended. */
    record Collected(RunId run, int finished) implements ContainerEvent {}
}
