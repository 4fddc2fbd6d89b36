package dev.assay.runtime.container;

import dev.assay.protocol.job.Network;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What an engine is asked to create. What is not here is not for a tenant to choose: an engine adds
 * its hardening to every request.
 *
 * @param name unique among the engine's containers
 * @param imageId the image's own id, so that nothing can be put in its place
 * @param command program and arguments; empty for the image's own
 * @param user {@code uid:gid}, never 0
 * @param mounts the only files of the host that the container sees
 * @param ports TCP ports to publish on the host's loopback
 * @param gpus devices by UUID
 * @param runtime what to run it with; empty for the engine's default
 * @param labels how it is found again
 */
public record ContainerRequest(
        String name,
        String imageId,
        List<String> command,
        Map<String, String> env,
        String user,
        List<Mount> mounts,
        ContainerLimits limits,
        long shmBytes,
        Network network,
        List<Integer> ports,
        List<String> gpus,
        String runtime,
        Map<String, String> labels) {
    /** A folder of the host inside the container. */
    public record Mount(Path source, String target, boolean readOnly) {}

    public ContainerRequest {
        command = List.copyOf(command);
        env = Map.copyOf(env);
        mounts = List.copyOf(mounts);
        ports = List.copyOf(ports);
        gpus = List.copyOf(gpus);
        labels = Map.copyOf(labels);
        if (!user.matches("[1-9][0-9]*:[1-9][0-9]*")) {
            throw new IllegalArgumentException("a tenant's container cannot run as " + user);
        }
    }
}
