package dev.assay.runtime.container;

import dev.assay.protocol.id.LeaseId;
import dev.assay.runtime.container.ContainerEngine.FoundContainer;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.ContainerState.Phase;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an earlier process of this agent left on the engine: containers of leases that are still
 * held are handed over, all others are removed with their workspaces. A container counts as this
 * agent's only if it has its label <em>and</em> the name that goes with its other labels; any other
 * container is never touched, for labels can come from an image.
 */
public final class Leftovers {
    /** The name's end of a container that is only read from. */
    static final String ACCOUNTS = "-accounts";

    private Leftovers() {}

    /** A container to take over: it runs, or it ended and waits to be collected. */
    public record Found(RunId run, String container) {}

    /** Removes what belongs to no lease of {@code held}, and answers what does. */
    public static List<Found> sort(ContainerHost host, Set<LeaseId> held)
            throws ContainerException {
        List<Found> kept = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (FoundContainer container :
                host.engine().list(Map.of(ContainerHost.AGENT, host.agent()))) {
            Optional<RunId> run = run(container);
            if (run.isEmpty() || !ours(container, run.get())) {
                continue;
            }
            if (continues(host, container, run.get(), held)) {
                kept.add(new Found(run.get(), container.id()));
                names.add(run.get().name());
            } else {
                host.engine().remove(container.id());
            }
        }
        removeWorkspaces(host, names);
        return kept;
    }

    private static boolean continues(
            ContainerHost host, FoundContainer container, RunId run, Set<LeaseId> held)
            throws ContainerException {
        return held.contains(run.lease())
                && container.name().equals(run.name())
                && Files.isDirectory(host.workspace(run).log())
                && host.engine()
                        .state(container.id())
                        .filter(state -> state.phase() != Phase.CREATED)
                        .isPresent();
    }

    private static boolean ours(FoundContainer container, RunId run) {
        return container.name().equals(run.name())
                || container.name().equals(run.name() + ACCOUNTS);
    }

    private static Optional<RunId> run(FoundContainer container) {
        try {
            Map<String, String> labels = container.labels();
            return Optional.of(
                    new RunId(
                            LeaseId.parse(labels.getOrDefault(ContainerHost.LEASE, "")),
                            Integer.parseInt(labels.getOrDefault(ContainerHost.INDEX, "")),
                            Integer.parseInt(labels.getOrDefault(ContainerHost.COUNT, ""))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static void removeWorkspaces(ContainerHost host, Set<String> kept)
            throws ContainerException {
        if (!Files.isDirectory(host.root())) {
            return;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(host.root(), "assay-*")) {
            for (Path folder : folders) {
                String name = folder.getFileName().toString();
                if (!kept.contains(name)) {
                    Workspace.of(host.root(), name, host.disk()).remove();
                }
            }
        } catch (IOException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot read the workspaces in " + host.root() + ": " + e, e);
        }
    }
}
