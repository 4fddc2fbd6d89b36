package dev.assay.runtime.container;

import dev.assay.protocol.id.LeaseId;
import dev.assay.runtime.container.ContainerEngine.FoundContainer;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.ContainerState.Phase;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What an earlier process of this agent left on the engine: the containers of a lease that goes on
 * are handed over, all others are removed with their workspaces. A container counts as this agent's
 * only if it has its label <em>and</em> the name that goes with its other labels; any other
 * container is never touched, for labels can come from an image.
 */
public final class Leftovers {
    /** The name's end of a container that is only read from. */
    static final String ACCOUNTS = "-accounts";

    private Leftovers() {}

    /** A container to take over: it runs, or it ended and waits to be collected. */
    public record Found(RunId run, String container, Instant startedAt) {}

    /**
     * Removes what belongs to no lease that is held. May be called while containers of held leases
     * start and end: each is asked about when it was found.
     *
     * @param held the leases that are held now; one that is not will not be held again
     */
    public static void removeUnheld(ContainerHost host, Supplier<Set<LeaseId>> held)
            throws ContainerException {
        for (FoundContainer container :
                host.engine().list(Map.of(ContainerHost.AGENT, host.agent()))) {
            Optional<RunId> run = run(container);
            if (run.isPresent()
                    && ours(container, run.get())
                    && !held.get().contains(run.get().lease())) {
                host.engine().remove(container.id());
            }
        }
        removeFiles(
                host,
                "assay-",
                name ->
                        held.get().stream()
                                .anyMatch(lease -> name.startsWith(RunId.prefix(lease))));
    }

    /**
     * What is left of one lease, but for what ended already: that is removed too.
     *
     * @param ended the indices whose containers ended and were collected
     */
    public static List<Found> of(ContainerHost host, LeaseId lease, Set<Integer> ended)
            throws ContainerException {
        List<Found> kept = keep(host, lease, run -> !ended.contains(run.index()));
        Set<String> names =
                kept.stream()
                        .map(found -> found.run().name())
                        .collect(Collectors.toCollection(HashSet::new));
        names.add(LeaseRecord.name(lease));
        removeFiles(host, RunId.prefix(lease), names::contains);
        return kept;
    }

    /** Removes all that is left of a lease. */
    public static void remove(ContainerHost host, LeaseId lease) throws ContainerException {
        var _ = keep(host, lease, _ -> false);
        removeFiles(host, RunId.prefix(lease), _ -> false);
    }

    /** Removes a container of this name and run that was never started; whether there was one. */
    static boolean removeCreated(ContainerHost host, RunId run, String name)
            throws ContainerException {
        for (FoundContainer container : host.engine().list(host.labels(run))) {
            boolean created =
                    host.engine()
                            .state(container.id())
                            .filter(state -> state.phase() == Phase.CREATED)
                            .isPresent();
            if (created && container.name().equals(name)) {
                host.engine().remove(container.id());
                return true;
            }
        }
        return false;
    }

    /** Of a lease's containers, answers those that go on; removes the rest. */
    private static List<Found> keep(ContainerHost host, LeaseId lease, Predicate<RunId> goesOn)
            throws ContainerException {
        Map<String, String> labels =
                Map.of(ContainerHost.AGENT, host.agent(), ContainerHost.LEASE, lease.hex());
        List<Found> kept = new ArrayList<>();
        for (FoundContainer container : host.engine().list(labels)) {
            Optional<RunId> run = run(container);
            if (run.isEmpty() || !ours(container, run.get())) {
                continue;
            }
            Optional<Instant> startedAt =
                    goesOn.test(run.get())
                            ? startedAt(host, container, run.get())
                            : Optional.empty();
            if (startedAt.isPresent()) {
                kept.add(new Found(run.get(), container.id(), startedAt.get()));
            } else {
                host.engine().remove(container.id());
            }
        }
        return kept;
    }

    /** When a container that can go on was started. */
    private static Optional<Instant> startedAt(
            ContainerHost host, FoundContainer container, RunId run) throws ContainerException {
        if (!container.name().equals(run.name()) || !Files.isDirectory(host.workspace(run).log())) {
            return Optional.empty();
        }
        return host.engine()
                .state(container.id())
                .filter(state -> state.phase() != Phase.CREATED)
                .map(state -> state.startedAt().orElse(host.clock().instant()));
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

    private static void removeFiles(ContainerHost host, String prefix, Predicate<String> kept)
            throws ContainerException {
        if (!Files.isDirectory(host.root())) {
            return;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(host.root(), prefix + "*")) {
            for (Path folder : folders) {
                String name = folder.getFileName().toString();
                if (kept.test(name)) {
                    continue;
                }
                if (Files.isRegularFile(folder)) {
                    Files.deleteIfExists(folder);
                } else {
                    Workspace.of(host.root(), name, host.disk()).remove();
                }
            }
        } catch (IOException e) {
            throw new ContainerException(
                    Code.STORAGE, "cannot read the workspaces in " + host.root() + ": " + e, e);
        }
    }
}
