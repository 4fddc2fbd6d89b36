package dev.assay.runtime.docker;

import com.github.dockerjava.api.command.HealthState;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;

import dev.assay.runtime.container.ContainerEngine.FoundContainer;
import dev.assay.runtime.container.ContainerState.Phase;

import org.jspecify.annotations.Nullable;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What the engine reports of containers, in this project's words. */
final class States {
    private States() {}

    static dev.assay.runtime.container.ContainerState of(InspectContainerResponse inspected) {
        ContainerState state = inspected.getState();
        HealthState health = state.getHealth();
        return new dev.assay.runtime.container.ContainerState(
                phase(Objects.requireNonNullElse(state.getStatus(), "")),
                Objects.requireNonNullElse(state.getPidLong(), 0L),
                Math.toIntExact(Objects.requireNonNullElse(state.getExitCodeLong(), 0L)),
                Boolean.TRUE.equals(state.getOOMKilled()),
                Objects.requireNonNullElse(state.getError(), ""),
                health == null ? "" : Objects.requireNonNullElse(health.getStatus(), ""),
                instant(state.getStartedAt()),
                instant(state.getFinishedAt()),
                ports(inspected));
    }

    private static Phase phase(String status) {
        return switch (status) {
            case "created" -> Phase.CREATED;
            case "running", "paused", "restarting" -> Phase.RUNNING;
            default -> Phase.ENDED; // exited, dead, removing
        };
    }

    /** The engine writes year 1 for never. */
    private static Optional<Instant> instant(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text)).filter(time -> time.isAfter(Instant.EPOCH));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Map<Integer, Integer> ports(InspectContainerResponse inspected) {
        Map<Integer, Integer> ports = new HashMap<>();
        Ports published = inspected.getNetworkSettings().getPorts();
        if (published != null) {
            for (Map.Entry<ExposedPort, Ports.Binding[]> entry :
                    published.getBindings().entrySet()) {
                if (entry.getValue() != null && entry.getValue().length > 0) {
                    ports.put(
                            entry.getKey().getPort(),
                            Integer.parseInt(entry.getValue()[0].getHostPortSpec()));
                }
            }
        }
        return ports;
    }

    static FoundContainer found(Container container) {
        String[] names = container.getNames();
        return new FoundContainer(
                container.getId(),
                names == null || names.length == 0 ? "" : names[0].replaceFirst("^/", ""),
                Objects.requireNonNullElse(container.getLabels(), Map.of()));
    }
}
