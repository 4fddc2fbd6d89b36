package dev.assay.runtime.container;

import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Network;
import dev.assay.runtime.container.ContainerException.Code;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The start of a container: either it runs, or nothing of it is left. */
final class ContainerStart {
    private static final int MAX_PASSWD = 1 << 20;

    private final ContainerHost host;
    private final RunId run;
    private final Container job;
    private final EngineImage image;
    private final ContainerLimits limits;
    private final List<String> gpus;
    private final Consumer<ContainerEvent> events;

    ContainerStart(
            ContainerHost host,
            RunId run,
            Container job,
            EngineImage image,
            ContainerLimits limits,
            List<String> gpus,
            Consumer<ContainerEvent> events) {
        this.host = host;
        this.run = run;
        this.job = job;
        this.image = image;
        this.limits = limits;
        this.gpus = gpus;
        this.events = events;
    }

    ContainerRun call() throws ContainerException {
        Workspace workspace = host.workspace(run);
        String user = TenantUser.of(image, this::accounts);
        workspace.make(job, image, limits, host.blobs(), host.facts().userNamespaces());
        String container;
        try {
            container = create(request(run.name(), user, workspace));
        } catch (ContainerException e) {
            cleanUp(e, workspace::remove);
            throw e;
        }
        try {
            return started(container, workspace);
        } catch (ContainerException e) {
            cleanUp(e, () -> host.engine().remove(container));
            cleanUp(e, workspace::remove);
            throw e;
        }
    }

    private ContainerRun started(String container, Workspace workspace) throws ContainerException {
        host.engine().start(container);
        ContainerState state =
                host.engine()
                        .state(container)
                        .orElseThrow(
                                () ->
                                        new ContainerException(
                                                Code.ENGINE_FAILED,
                                                "container " + run + " is gone at its start"));
        requireShared(workspace, state.pid());
        events.accept(
                new ContainerEvent.Started(
                        run, state.startedAt().orElse(host.clock().instant()), state.ports()));
        return ContainerRun.began(host, run, job, limits, events, container, state);
    }

    /**
     * Creates a container; one of its name that a process asked for which died meanwhile makes way.
     */
    private String create(ContainerRequest request) throws ContainerException {
        try {
            return host.engine().create(request);
        } catch (ContainerException e) {
            if (!Leftovers.removeCreated(host, run, request.name())) {
                throw e;
            }
            return host.engine().create(request);
        }
    }

    private interface Step {
        void run() throws ContainerException;
    }

    private static void cleanUp(ContainerException cause, Step step) {
        try {
            step.run();
        } catch (ContainerException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * The container must write where its bytes are bounded and collected: an engine that sees
     * another file system than this process would have it write elsewhere.
     */
    private void requireShared(Workspace workspace, long pid) throws ContainerException {
        Path inside = Path.of("/proc/" + pid + "/root" + Container.OUTPUTS);
        try {
            if (pid != 0 && !sameFile(inside, workspace.out())) {
                throw new ContainerException(
                        Code.ENGINE_FAILED,
                        "the engine mounts another folder than "
                                + workspace.out()
                                + "; run agent and engine in the same mount namespace");
            }
        } catch (IOException e) {
            // it ended already, and so wrote nothing more
        }
    }

    private static boolean sameFile(Path one, Path other) throws IOException {
        return Files.getAttribute(one, "unix:dev").equals(Files.getAttribute(other, "unix:dev"))
                && Files.getAttribute(one, "unix:ino")
                        .equals(Files.getAttribute(other, "unix:ino"));
    }

    /** The image's accounts, read from a container that never runs. */
    private java.util.Optional<byte[]> accounts() throws ContainerException {
        Workspace none = Workspace.of(host.root(), run.name(), host.disk());
        String name = run.name() + Leftovers.ACCOUNTS;
        String container = create(request(name, TenantUser.NOBODY, none));
        try {
            return host.engine().read(container, "/etc/passwd", MAX_PASSWD);
        } finally {
            host.engine().remove(container);
        }
    }

    private ContainerRequest request(String name, String user, Workspace workspace) {
        Map<String, String> env = new TreeMap<>();
        env.put("HOME", Container.SCRATCH);
        env.putAll(job.env());
        env.put("ASSAY_INDEX", Integer.toString(run.index()));
        env.put("ASSAY_COUNT", Integer.toString(run.count()));
        boolean runs = name.equals(run.name());
        return new ContainerRequest(
                name,
                image.id(),
                job.command(),
                env,
                user,
                runs ? workspace.mounts(image) : List.of(),
                limits,
                job.shmBytes(),
                job.network(),
                job.ports(),
                runs ? gpus : List.of(),
                runtime(),
                host.labels(run));
    }

    /** A sandbox runtime has neither the engine's networks nor its devices. */
    private String runtime() {
        boolean plain = job.network() == Network.NONE && gpus.isEmpty();
        return plain ? host.runtime() : "";
    }
}
