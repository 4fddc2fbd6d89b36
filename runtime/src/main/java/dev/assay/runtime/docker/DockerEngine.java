package dev.assay.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;

import dev.assay.protocol.job.Network;
import dev.assay.runtime.container.ContainerEngine;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.ContainerRequest;
import dev.assay.runtime.container.ContainerState;
import dev.assay.runtime.container.ContainerState.Phase;
import dev.assay.runtime.container.EngineFacts;
import dev.assay.runtime.container.EngineImage;
import dev.assay.runtime.container.LogEntry;
import dev.assay.runtime.container.Shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A Docker Engine behind a socket. Speaks the newest version of the API that the engine has.
 * Registry credentials of the machine's users are never read: a tenant's image is pulled as anybody
 * could.
 */
public final class DockerEngine implements ContainerEngine {
    /** Where an engine listens when nothing else is said. */
    public static final URI DEFAULT_SOCKET = URI.create("unix:///var/run/docker.sock");

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final int CONNECTIONS = 1000;

    private final DockerClient client;
    private final URI socket;
    private final Calls calls;
    private final DockerImages images;

    private DockerEngine(DockerClient client, URI socket) {
        this.client = client;
        this.socket = socket;
        this.calls = new Calls(socket);
        this.images = new DockerImages(client, calls);
    }

    /** Prepares the connection; nothing is sent yet. */
    public static DockerEngine at(URI socket) {
        DefaultDockerClientConfig config =
                new DefaultDockerClientConfig.Builder()
                        .withDockerHost(socket.toString())
                        .withDockerConfig("/nonexistent")
                        .withRegistryUrl("https://index.docker.io/v1/")
                        .build();
        ZerodepDockerHttpClient transport =
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .connectionTimeout(CONNECT_LIMIT)
                        .maxConnections(CONNECTIONS)
                        .build();
        return new DockerEngine(DockerClientImpl.getInstance(config, transport), socket);
    }

    @Override
    public EngineFacts facts() throws ContainerException {
        Info info = calls.to("ask the engine", Code.ENGINE_FAILED, () -> client.infoCmd().exec());
        List<String> security = Objects.requireNonNullElse(info.getSecurityOptions(), List.of());
        return new EngineFacts(
                Objects.requireNonNullElse(info.getServerVersion(), "?"),
                Objects.requireNonNullElse(info.getDriver(), "?"),
                "2".equals(info.getCGroupVersion()) ? 2 : 1,
                security.stream().anyMatch(option -> option.startsWith("name=seccomp")),
                security.stream().anyMatch(option -> option.startsWith("name=userns")),
                advertisesCdi(info.getRawValues()),
                Objects.requireNonNullElse(info.getRuntimes(), Map.<String, Object>of()).keySet());
    }

    /** The engine lists the directories it reads device specifications from: CDI is on. */
    private static boolean advertisesCdi(Map<String, Object> info) {
        return info.get("CDISpecDirs") instanceof List<?> directories && !directories.isEmpty();
    }

    @Override
    public Optional<EngineImage> image(String name) throws ContainerException {
        return images.image(name);
    }

    @Override
    public void pull(String reference, long maxBytes, Consumer<PullProgress> progress)
            throws ContainerException {
        images.pull(reference, maxBytes, progress);
    }

    @Override
    public String load(Path archive, long maxBytes) throws ContainerException {
        return images.load(archive, maxBytes);
    }

    @Override
    public void removeImage(String id) throws ContainerException {
        images.remove(id);
    }

    @Override
    public String create(ContainerRequest request) throws ContainerException {
        if (request.network() == Network.EGRESS) {
            makeEgress();
        }
        boolean cdi = !request.gpus().isEmpty() && facts().cdi();
        CreateContainerCmd create =
                client.createContainerCmd(request.imageId())
                        .withName(request.name())
                        .withUser(request.user())
                        .withEnv(
                                request.env().entrySet().stream()
                                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                                        .toList())
                        .withLabels(request.labels())
                        .withExposedPorts(request.ports().stream().map(ExposedPort::tcp).toList())
                        .withHostConfig(HardenedDefaults.of(request, cdi));
        if (!request.command().isEmpty()) {
            create.withEntrypoint(request.command());
        }
        return calls.to(
                "create container " + request.name(),
                Code.ENGINE_FAILED,
                () -> create.exec().getId());
    }

    /** Containers on it reach outside and not each other; one for all agents of the machine. */
    private void makeEgress() throws ContainerException {
        calls.done(
                "make network " + HardenedDefaults.EGRESS,
                Code.ENGINE_FAILED,
                List.of(ConflictException.class),
                () ->
                        client.createNetworkCmd()
                                .withName(HardenedDefaults.EGRESS)
                                .withDriver("bridge")
                                .withCheckDuplicate(true)
                                .withOptions(
                                        Map.of("com.docker.network.bridge.enable_icc", "false"))
                                .exec());
    }

    @Override
    public void start(String container) throws ContainerException {
        try {
            calls.run(
                    "start the container",
                    Code.ENGINE_FAILED,
                    () -> client.startContainerCmd(container).exec());
        } catch (ContainerException e) {
            int code = state(container).map(ContainerState::exitCode).orElse(0);
            boolean command =
                    (code == 126 || code == 127) // what shells say of such commands
                            && String.valueOf(e.getMessage()).matches(".*(exec: |executable).*");
            throw command && e.code() == Code.ENGINE_FAILED
                    ? new ContainerException(
                            Code.BAD_SPEC, "the image cannot run the command: " + e.getMessage(), e)
                    : e;
        }
    }

    @Override
    public Optional<ContainerState> state(String container) throws ContainerException {
        return calls.find(
                "ask for container " + container,
                Code.ENGINE_FAILED,
                () -> States.of(client.inspectContainerCmd(container).exec()));
    }

    /** The client itself, for tests that look at the engine past this class. */
    DockerClient client() {
        return client;
    }

    /**
     * {@inheritDoc}
     *
     * <p>An engine that shuts down ends its containers and then says so, as if they had ended by
     * themselves; but it takes no new connections any more, by which it is found out.
     */
    @Override
    public void await(String container) throws ContainerException, InterruptedException {
        try (WaitContainerResultCallback wait = new WaitContainerResultCallback()) {
            client.waitContainerCmd(container).exec(wait).awaitCompletion();
        } catch (IOException | RuntimeException e) {
            if (e.getCause() instanceof NotFoundException || e instanceof NotFoundException) {
                return;
            }
            throw calls.failed("wait for container " + container, Code.ENGINE_FAILED, e);
        }
        if (!calls.listening() || stillRuns(container)) {
            throw calls.failed(
                    "wait for container " + container,
                    Code.ENGINE_UNREACHABLE,
                    new IOException("the engine hung up"));
        }
    }

    private boolean stillRuns(String container) throws ContainerException {
        return state(container)
                .map(ContainerState::phase)
                .filter(Phase.RUNNING::equals)
                .isPresent();
    }

    @Override
    public LogSubscription follow(String container, Instant from, Consumer<LogEntry> sink)
            throws ContainerException {
        LogCallback callback = new LogCallback(from, sink);
        return calls.to(
                "follow the log of container " + container,
                Code.ENGINE_FAILED,
                () ->
                        client.logContainerCmd(container)
                                .withStdOut(true)
                                .withStdErr(true)
                                .withTimestamps(true)
                                .withFollowStream(true)
                                .withTailAll()
                                .withSince((int) from.getEpochSecond())
                                .exec(callback));
    }

    @Override
    public void signal(String container, String signal) throws ContainerException {
        calls.done(
                "signal container " + container,
                Code.ENGINE_FAILED,
                List.of(ConflictException.class, NotFoundException.class),
                () -> client.killContainerCmd(container).withSignal(signal).exec());
    }

    @Override
    public void remove(String container) throws ContainerException {
        calls.done(
                "remove container " + container,
                Code.ENGINE_FAILED,
                // a conflict: it is being removed already
                List.of(
                        NotFoundException.class,
                        NotModifiedException.class,
                        ConflictException.class),
                () ->
                        client.removeContainerCmd(container)
                                .withForce(true)
                                .withRemoveVolumes(true)
                                .exec());
    }

    @Override
    public List<FoundContainer> list(Map<String, String> labels) throws ContainerException {
        return calls.to(
                "list containers",
                Code.ENGINE_FAILED,
                () ->
                        client
                                .listContainersCmd()
                                .withShowAll(true)
                                .withLabelFilter(labels)
                                .exec()
                                .stream()
                                .map(States::found)
                                .toList());
    }

    @Override
    public Optional<byte[]> read(String container, String path, int maxBytes)
            throws ContainerException {
        return calls.to(
                "read " + path + " of container " + container,
                Code.ENGINE_FAILED,
                () -> {
                    try (InputStream tar =
                            client.copyArchiveFromContainerCmd(container, path).exec()) {
                        TarReader reader = new TarReader(tar);
                        return reader.next().filter(TarReader.Entry::isFile).isPresent()
                                ? Optional.of(reader.data().readNBytes(maxBytes))
                                : Optional.empty();
                    } catch (NotFoundException e) {
                        return Optional.empty();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    @Override
    public Shell shell(String container, List<String> command) throws ContainerException {
        return DockerShell.open(client, calls, container, command);
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the connection to " + socket + " does not close", e);
        }
    }
}
