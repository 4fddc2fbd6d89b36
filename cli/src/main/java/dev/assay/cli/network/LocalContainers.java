package dev.assay.cli.network;

import dev.assay.agent.jobs.Containers;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerHost;
import dev.assay.runtime.container.LoopDisk;
import dev.assay.runtime.container.WorkspaceDisk;
import dev.assay.runtime.docker.DockerEngine;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Docker Engine of this machine, asked for when the first container is: most jobs need none. It
 * owns the connection; thread-safe.
 */
final class LocalContainers implements Containers, AutoCloseable {
    /** How long an engine may be away under a container before it counts as lost. */
    private static final Duration ENGINE_ABSENCE = Duration.ofSeconds(30);

    private final BlobStore blobs;
    private final Path root;
    private final String agent;
    private final InstantSource clock;
    private @Nullable DockerEngine engine;
    private @Nullable ContainerHost host;

    /**
     * @param root where workspaces are
     * @param agent the agent's id, which its containers are labelled with
     */
    LocalContainers(BlobStore blobs, Path root, String agent, InstantSource clock) {
        this.blobs = blobs;
        this.root = root;
        this.agent = agent;
        this.clock = clock;
    }

    /** Whatever has a container has a file here. */
    @Override
    public boolean mayBeLeft() {
        try (Stream<Path> files = Files.list(root)) {
            return files.findAny().isPresent();
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            return true; // the engine is asked, and says what is wrong
        }
    }

    /** An auction does not wait until a disk was tried out. */
    @Override
    public void require() throws ContainerException {
        var _ = engine().facts();
    }

    private synchronized DockerEngine engine() throws ContainerException {
        if (engine == null) {
            engine = DockerEngine.at(socket());
        }
        return engine;
    }

    @Override
    public synchronized ContainerHost host() throws ContainerException {
        if (host == null) {
            host =
                    new ContainerHost(
                            engine(),
                            engine().facts(),
                            blobs,
                            root,
                            disk(),
                            agent,
                            "",
                            ENGINE_ABSENCE,
                            clock);
        }
        return host;
    }

    /**
     * Folders that the file system bounds where that can be had, else plain ones that are watched.
     */
    private WorkspaceDisk disk() throws ContainerException {
        Optional<LoopDisk> bounded = LoopDisk.probe(root);
        return bounded.isPresent() ? bounded.get() : WorkspaceDisk.plain();
    }

    private static URI socket() {
        String named = System.getenv("DOCKER_HOST");
        return named == null || named.isBlank() ? DockerEngine.DEFAULT_SOCKET : URI.create(named);
    }

    @Override
    public synchronized void close() {
        if (engine != null) {
            engine.close();
        }
    }
}
