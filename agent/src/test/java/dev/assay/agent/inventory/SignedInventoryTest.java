package dev.assay.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.bench.BenchReport;
import dev.assay.runtime.bench.Measurement;
import dev.assay.runtime.bench.Metric;
import dev.assay.runtime.bench.Skipped;
import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.cuda.CudaView;
import dev.assay.runtime.device.PciAddress;
import dev.assay.runtime.host.HostFacts;
import dev.assay.runtime.host.Machine;
import dev.assay.runtime.inventory.DrmCard;
import dev.assay.runtime.inventory.GpuInventory;
import dev.assay.runtime.inventory.Observation;
import dev.assay.runtime.inventory.Observations;
import dev.assay.runtime.inventory.PciDevice;
import dev.assay.runtime.inventory.ProcGpu;
import dev.assay.runtime.inventory.ProcView;
import dev.assay.runtime.inventory.Survey;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.statement.InventoryPredicate;
import dev.assay.verification.statement.InventoryPredicate.Device;
import dev.assay.verification.statement.InventoryPredicate.Fact;
import dev.assay.verification.statement.InventoryPredicate.Source;
import dev.assay.verification.statement.InventoryPredicate.State;
import dev.assay.verification.statement.InventoryPredicate.View;

import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

class SignedInventoryTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final PciAddress ADDRESS = PciAddress.parse("0000:3b:00.0");

    private static final Machine MACHINE =
            new Machine(
                    new HostFacts("Test OS", "Test CPU", 16, 64L << 30),
                    1,
                    8,
                    0,
                    4,
                    1,
                    0,
                    150,
                    Set.of("fma", "avx2"),
                    List.of(new Machine.Disk("/dev/secret", "Secret", 1)),
                    List.of(new Machine.Volume("/home/secret", "ext4", 1, 1)),
                    List.of(new Machine.Link("secret0", true, 1, 1500)));

    /** NVML failed; the kernel and CUDA contradict each other. */
    private static GpuInventory gpus() {
        return Survey.assess(
                new Observations(
                        new Observation.Seen<>(
                                List.of(
                                        new PciDevice(
                                                ADDRESS,
                                                0x10de,
                                                0x2330,
                                                0x030200,
                                                Optional.of("nvidia"),
                                                Optional.empty(),
                                                Optional.empty()))),
                        new Observation.Seen<>(
                                new ProcView(
                                        Optional.of("550.54.15"),
                                        List.of(
                                                new ProcGpu(
                                                        ADDRESS,
                                                        Optional.of("NVIDIA H100"),
                                                        Optional.of("GPU-1"),
                                                        false,
                                                        true)))),
                        new Observation.Failed<>("nvmlInit_v2 returned UNKNOWN (999)"),
                        new Observation.Seen<>(
                                new CudaView(
                                        "12.4",
                                        List.of(
                                                new CudaDevice(
                                                        0,
                                                        "GPU-2",
                                                        "NVIDIA H100",
                                                        9,
                                                        0,
                                                        132,
                                                        79L << 30,
                                                        ADDRESS)),
                                        List.of())),
                        new Observation.Seen<>(
                                List.of(
                                        new DrmCard(
                                                "card0",
                                                Optional.of(ADDRESS),
                                                Optional.empty(),
                                                Optional.empty()))),
                        new Observation.Absent<>("not for this user"),
                        Optional.empty()));
    }

    private static BenchReport measured() {
        return new BenchReport(
                List.of(new Measurement(Metric.DISK_READ, "disk", "in sequence", 20, 10, 30, 5)),
                List.of(new Skipped(Metric.GEMM_FP32, "cpu", "PyTorch cannot be loaded")));
    }

    @Test
    void inventory_signed_saysEverySourceDisagreementAndMeasurement() throws Exception {
        SigningKey key = SigningKey.create(new SecureRandom());
        InventoryPredicate said =
                SignedStatement.verify(
                                SignedInventory.sign(key, NOW, MACHINE, gpus(), measured()),
                                key.verifyingKey(),
                                InventoryPredicate.class)
                        .predicate();
        assertThat(said.provider()).isEqualTo(key.verifyingKey().keyId());
        assertThat(said.createdOn()).isEqualTo(NOW);
        assertThat(said.machine())
                .contains(
                        new Fact("cpu.usableCores", "4"),
                        new Fact("cpu.vectorUnits", "avx2 fma"),
                        new Fact("memory.bytes", "68719476736"),
                        new Fact("load.hundredths", "150"));
        assertThat(said.sources())
                .containsExactly(
                        new Source("pci", State.SEEN, ""),
                        new Source("kernelDriver", State.SEEN, "550.54.15"),
                        new Source("nvml", State.FAILED, "nvmlInit_v2 returned UNKNOWN (999)"),
                        new Source("cuda", State.SEEN, "12.4"),
                        new Source("drm", State.SEEN, ""),
                        new Source("kernelLog", State.ABSENT, "not for this user"));
        assertThat(said.devices())
                .containsExactly(
                        new Device(
                                "0000:3b:00.0",
                                "no-nvml",
                                List.of(
                                        new View(
                                                "pci",
                                                List.of(
                                                        new Fact("id", "10de:2330"),
                                                        new Fact("driver", "nvidia"))),
                                        new View(
                                                "kernelDriver",
                                                List.of(
                                                        new Fact("name", "NVIDIA H100"),
                                                        new Fact("uuid", "GPU-1"))),
                                        new View(
                                                "cuda",
                                                List.of(
                                                        new Fact("name", "NVIDIA H100"),
                                                        new Fact("uuid", "GPU-2"),
                                                        new Fact("memory.bytes", "84825604096"),
                                                        new Fact("computeCapability", "9.0"),
                                                        new Fact("multiprocessors", "132"))),
                                        new View("drm", List.of(new Fact("node", "card0"))))));
        assertThat(said.findings().stream().map(InventoryPredicate.Finding::code))
                .containsExactly("NVML_FAILED", "UUID_DISAGREES");
        assertThat(said.measurements())
                .containsExactly(
                        new InventoryPredicate.Measurement(
                                "disk.read", "disk", "in sequence", "By/s", 20, 10, 30, 5));
        assertThat(said.skipped())
                .containsExactly(
                        new InventoryPredicate.Skipped(
                                "gemm.fp32", "cpu", "PyTorch cannot be loaded"));
    }

    @Test
    void inventory_signed_namesNoDiskFolderOrNetwork() throws Exception {
        SigningKey key = SigningKey.create(new SecureRandom());
        byte[] payload =
                SignedInventory.sign(key, NOW, MACHINE, gpus(), measured())
                        .verify(key.verifyingKey())
                        .payload();
        assertThat(new String(payload, java.nio.charset.StandardCharsets.UTF_8))
                .contains("Test CPU")
                .doesNotContainIgnoringCase("secret");
    }
}
