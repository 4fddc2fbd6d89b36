package dev.assay.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;

import dev.assay.runtime.container.ContainerEngine;
import dev.assay.runtime.container.ContainerException;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.EngineFacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A Docker Engine behind a socket. Speaks the newest version of the API that the engine has.
 * Registry credentials of the machine's users are never read: a tenant's image is pulled as anybody
 * could.
 */
public final class DockerEngine implements ContainerEngine {
    /** Where an engine listens when nothing else is said. */
    public static final URI DEFAULT_SOCKET = URI.create("unix:///var/run/docker.sock");

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final int CONNECTIONS = 200;

    private final DockerClient client;
    private final URI socket;

    private DockerEngine(DockerClient client, URI socket) {
        this.client = client;
        this.socket = socket;
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
        try {
            Info info = client.infoCmd().exec();
            List<String> security =
                    Objects.requireNonNullElse(info.getSecurityOptions(), List.of());
            return new EngineFacts(
                    Objects.requireNonNullElse(info.getServerVersion(), "?"),
                    Objects.requireNonNullElse(info.getDriver(), "?"),
                    "2".equals(info.getCGroupVersion()) ? 2 : 1,
                    security.stream().anyMatch(option -> option.startsWith("name=seccomp")),
                    security.stream().anyMatch(option -> option.startsWith("name=userns")),
                    advertisesCdi(info.getRawValues()),
                    Objects.requireNonNullElse(info.getRuntimes(), Map.<String, Object>of())
                            .keySet());
        } catch (DockerException e) {
            throw new ContainerException(
                    Code.ENGINE_FAILED, "Docker Engine at " + socket + ": " + e.getMessage(), e);
        } catch (RuntimeException e) { // the transport's own, of several kinds
            throw unreachable(e);
        }
    }

    /** The engine lists the directories it reads device specifications from: CDI is on. */
    private static boolean advertisesCdi(Map<String, Object> info) {
        return info.get("CDISpecDirs") instanceof List<?> directories && !directories.isEmpty();
    }

    private ContainerException unreachable(RuntimeException e) {
        return new ContainerException(
                Code.ENGINE_UNREACHABLE,
                "no Docker Engine answers at "
                        + socket
                        + " ("
                        + e.getMessage()
                        + "); start it, or say where it is by DOCKER_HOST",
                e);
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
