package dev.assay.runtime.docker;

import com.github.dockerjava.api.model.BindOptions;
import com.github.dockerjava.api.model.BindPropagation;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Ulimit;

import dev.assay.protocol.job.Network;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerRequest;

import java.util.List;
import java.util.Map;

/**
 * The host side of every tenant's container. Without being asked, a container has no network, no
 * capabilities, no way to gain privileges, a root file system that it cannot write, no swap, and no
 * file of the host but its workspace; the engine's own system call filter and masked paths stay as
 * they are, because nothing here replaces them. A test compares the whole with what the engine
 * reports.
 */
final class HardenedDefaults {
    /** The network of containers that may connect outside; they do not reach each other. */
    static final String EGRESS = "assay-egress";

    private static final String LOOPBACK = "127.0.0.1";
    private static final int TMP_FILES = 100_000;

    private HardenedDefaults() {}

    /**
     * @param cdi whether devices are asked for by the Container Device Interface
     */
    static HostConfig of(ContainerRequest request, boolean cdi) {
        ContainerLimits limits = request.limits();
        HostConfig config =
                HostConfig.newHostConfig()
                        .withNetworkMode(
                                switch (request.network()) {
                                    case NONE -> "none";
                                    case EGRESS -> EGRESS;
                                })
                        .withCapDrop(Capability.ALL)
                        .withSecurityOpts(List.of("no-new-privileges"))
                        .withPrivileged(false)
                        .withReadonlyRootfs(true)
                        .withIpcMode("private")
                        .withRestartPolicy(RestartPolicy.noRestart())
                        .withMemory(limits.memoryBytes())
                        .withMemorySwap(limits.memoryBytes())
                        .withOomKillDisable(false)
                        .withNanoCPUs(limits.nanoCpus())
                        .withPidsLimit((long) limits.pids())
                        .withUlimits(ulimits(limits))
                        .withShmSize(Math.max(1, request.shmBytes()))
                        .withTmpFs(Map.of("/tmp", tmp(request)))
                        .withMounts(mounts(request))
                        .withPortBindings(ports(request))
                        .withLogConfig(log(limits))
                        .withDeviceRequests(devices(request.gpus(), cdi));
        return request.runtime().isEmpty() ? config : config.withRuntime(request.runtime());
    }

    private static List<Ulimit> ulimits(ContainerLimits limits) {
        return List.of(
                new Ulimit("nofile", (long) limits.openFiles(), limits.openFiles()),
                new Ulimit("fsize", limits.diskBytes(), limits.diskBytes()),
                new Ulimit("core", 0L, 0L));
    }

    /**
     * Counts as the container's memory; owned by its user, for an image may have its own rights.
     */
    private static String tmp(ContainerRequest request) {
        String[] user = request.user().split(":", 2);
        return "rw,nosuid,nodev,noexec,mode=1777,size="
                + request.limits().tmpBytes()
                + ",nr_inodes="
                + TMP_FILES
                + ",uid="
                + user[0]
                + ",gid="
                + user[1];
    }

    private static List<Mount> mounts(ContainerRequest request) {
        return request.mounts().stream()
                .map(
                        mount ->
                                new Mount()
                                        .withType(MountType.BIND)
                                        .withSource(
                                                mount.source()
                                                        .toAbsolutePath()
                                                        .normalize()
                                                        .toString())
                                        .withTarget(mount.target())
                                        .withReadOnly(mount.readOnly())
                                        .withBindOptions(
                                                new BindOptions()
                                                        .withPropagation(
                                                                BindPropagation.R_PRIVATE)))
                .toList();
    }

    private static List<PortBinding> ports(ContainerRequest request) {
        return request.network() == Network.NONE
                ? List.of()
                : request.ports().stream()
                        .map(
                                port ->
                                        new PortBinding(
                                                Ports.Binding.bindIp(LOOPBACK),
                                                ExposedPort.tcp(port)))
                        .toList();
    }

    /**
     * What the engine keeps is bounded too: it is where an agent reads the log after a restart. It
     * has room for a log that comes faster than it is read, in a form that takes several times the
     * space of short lines.
     */
    private static LogConfig log(ContainerLimits limits) {
        return new LogConfig(
                LogConfig.LoggingType.JSON_FILE,
                Map.of("max-size", Long.toString(8 * limits.logBytes()), "max-file", "2"));
    }

    /** NVIDIA's UUIDs, by the engine's own driver or by CDI names. */
    static List<DeviceRequest> devices(List<String> gpus, boolean cdi) {
        if (gpus.isEmpty()) {
            return List.of();
        }
        return List.of(
                cdi
                        ? new DeviceRequest()
                                .withDriver("cdi")
                                .withDeviceIds(
                                        gpus.stream().map(gpu -> "nvidia.com/gpu=" + gpu).toList())
                        : new DeviceRequest()
                                .withDriver("nvidia")
                                .withDeviceIds(gpus)
                                .withCapabilities(List.of(List.of("gpu"))));
    }
}
