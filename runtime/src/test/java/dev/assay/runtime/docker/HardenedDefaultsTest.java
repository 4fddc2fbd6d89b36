package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.Ulimit;

import dev.assay.protocol.job.Network;
import dev.assay.runtime.container.ContainerLimits;
import dev.assay.runtime.container.ContainerRequest;
import dev.assay.runtime.container.EngineImage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the engine says a container got, against what it may have. */
class HardenedDefaultsTest {
    @TempDir private Path folder;
    private Machine machine;
    private String container = "";

    @BeforeEach
    void open() throws Exception {
        machine = Machine.here(folder);
    }

    @AfterEach
    void close() throws Exception {
        if (machine != null) {
            if (!container.isEmpty()) {
                machine.engine.remove(container);
            }
            machine.close();
        }
    }

    private InspectContainerResponse created(Network network, List<String> gpus) throws Exception {
        EngineImage image = machine.busybox();
        container =
                machine.engine.create(
                        new ContainerRequest(
                                "test-" + machine.lease.brief(),
                                image.id(),
                                List.of("/bin/true", "x"),
                                Map.of("A", "b"),
                                "65534:65534",
                                List.of(new ContainerRequest.Mount(folder, "/assay/in", true)),
                                Machine.limits(),
                                1 << 20,
                                network,
                                network == Network.NONE ? List.of() : List.of(8080),
                                gpus,
                                "",
                                Map.of("dev.assay.agent", machine.host.agent())));
        return machine.docker().inspectContainerCmd(container).exec();
    }

    @Test
    void container_asCreated_hasNothingButWhatItNeeds() throws Exception {
        InspectContainerResponse created = created(Network.NONE, List.of());
        HostConfig config = created.getHostConfig();
        ContainerLimits limits = Machine.limits();
        assertThat(created.getConfig().getUser()).isEqualTo("65534:65534");
        assertThat(created.getConfig().getEntrypoint()).containsExactly("/bin/true", "x");
        assertThat(created.getConfig().getEnv()).contains("A=b");
        assertThat(config.getNetworkMode()).isEqualTo("none");
        assertThat(config.getCapDrop()).containsExactly(Capability.ALL);
        assertThat(config.getCapAdd()).isNullOrEmpty();
        assertThat(config.getSecurityOpts()).containsExactly("no-new-privileges");
        assertThat(config.getPrivileged()).isFalse();
        assertThat(config.getReadonlyRootfs()).isTrue();
        assertThat(config.getIpcMode()).isEqualTo("private");
        assertThat(config.getPidMode()).isEmpty();
        assertThat(config.getMemory()).isEqualTo(limits.memoryBytes());
        assertThat(config.getMemorySwap()).isEqualTo(limits.memoryBytes());
        assertThat(config.getNanoCPUs()).isEqualTo(limits.nanoCpus());
        assertThat(config.getPidsLimit()).isEqualTo(limits.pids());
        assertThat(config.getShmSize()).isEqualTo(1 << 20);
        assertThat(config.getTmpFs()).containsOnlyKeys("/tmp");
        assertThat(config.getTmpFs().get("/tmp"))
                .contains("noexec", "nosuid", "nodev", "size=" + limits.tmpBytes());
        assertThat(config.getUlimits())
                .containsExactlyInAnyOrder(
                        new Ulimit("nofile", (long) limits.openFiles(), limits.openFiles()),
                        new Ulimit("fsize", limits.diskBytes(), limits.diskBytes()),
                        new Ulimit("core", 0L, 0L));
        assertThat(config.getDevices()).isNullOrEmpty();
        assertThat(config.getDeviceRequests()).isNullOrEmpty();
        assertThat(config.getBinds()).isNullOrEmpty();
        assertThat(config.getMounts()).hasSize(1).allMatch(Mount::getReadOnly);
        assertThat(config.getPortBindings().getBindings()).isEmpty();
        assertThat(config.getLogConfig().getConfig()).containsKeys("max-size", "max-file");
        assertThat(config.getRestartPolicy().getName()).isIn("", "no");
    }

    @Test
    void container_withANetwork_isOnItsOwnAndPublishesOnLoopback() throws Exception {
        HostConfig config = created(Network.EGRESS, List.of()).getHostConfig();
        assertThat(config.getNetworkMode()).isEqualTo("assay-egress");
        assertThat(config.getPortBindings().getBindings().values())
                .allSatisfy(
                        bindings ->
                                assertThat(bindings)
                                        .allMatch(one -> one.getHostIp().equals("127.0.0.1")));
        assertThat(
                        machine.docker()
                                .inspectNetworkCmd()
                                .withNetworkId("assay-egress")
                                .exec()
                                .getOptions())
                .containsEntry("com.docker.network.bridge.enable_icc", "false");
    }

    /** The engine keeps the request; whether a GPU then works takes one to show. */
    @Test
    void gpus_byUuid_areAskedOfTheEngine() throws Exception {
        List<String> uuids = List.of("GPU-11111111-2222-3333-4444-555555555555", "MIG-1");
        List<DeviceRequest> requests =
                created(Network.NONE, uuids).getHostConfig().getDeviceRequests();
        assertThat(requests).hasSize(1);
        if (machine.host.facts().cdi()) {
            assertThat(requests.getFirst().getDriver()).isEqualTo("cdi");
        } else {
            assertThat(requests.getFirst().getDriver()).isEqualTo("nvidia");
            assertThat(requests.getFirst().getDeviceIds()).isEqualTo(uuids);
            assertThat(requests.getFirst().getCapabilities()).containsExactly(List.of("gpu"));
        }
    }

    @Test
    void gpus_byCdi_areNamedByKindAndUuid() {
        List<DeviceRequest> requests = HardenedDefaults.devices(List.of("GPU-1", "GPU-2"), true);
        assertThat(requests).hasSize(1);
        assertThat(requests.getFirst().getDriver()).isEqualTo("cdi");
        assertThat(requests.getFirst().getDeviceIds())
                .containsExactly("nvidia.com/gpu=GPU-1", "nvidia.com/gpu=GPU-2");
        assertThat(HardenedDefaults.devices(List.of(), true)).isEmpty();
    }
}
