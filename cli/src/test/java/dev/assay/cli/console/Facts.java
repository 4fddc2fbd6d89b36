package dev.assay.cli.console;

import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.cuda.CudaView;
import dev.assay.runtime.device.PciAddress;
import dev.assay.runtime.host.HostFacts;
import dev.assay.runtime.host.Machine;
import dev.assay.runtime.inventory.DrmCard;
import dev.assay.runtime.inventory.GpuInventory;
import dev.assay.runtime.inventory.NvmlView;
import dev.assay.runtime.inventory.Observation;
import dev.assay.runtime.inventory.Observations;
import dev.assay.runtime.inventory.PciDevice;
import dev.assay.runtime.inventory.ProcGpu;
import dev.assay.runtime.inventory.ProcView;
import dev.assay.runtime.inventory.Survey;
import dev.assay.runtime.inventory.XidEntry;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.EccErrors;
import dev.assay.runtime.nvml.GpuProcess;
import dev.assay.runtime.nvml.MemoryUse;
import dev.assay.runtime.nvml.MigInstance;
import dev.assay.runtime.nvml.NvmlGpu;
import dev.assay.runtime.nvml.NvmlStatus;
import dev.assay.runtime.nvml.RemappedRows;
import dev.assay.runtime.nvml.ThrottleReason;
import dev.assay.runtime.nvml.Utilisation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Fixed machines: one without a GPU, and one with every kind of GPU in every kind of trouble. */
final class Facts {
    private static final long GIB = 1L << 30;
    private static final String MODEL = "NVIDIA H100 80GB HBM3";

    private Facts() {}

    static Machine machine() {
        return new Machine(
                new HostFacts("Test OS 1.0, amd64", "Test CPU 9000", 16, 64 * GIB),
                1,
                8,
                3_700_000_000L,
                4,
                48 * GIB,
                0,
                150,
                Set.of("avx2", "fma"),
                List.of(
                        new Machine.Disk("/dev/nvme0n1", "Fast Disk 1", 2000 * GIB),
                        new Machine.Disk("/dev/vda", "", 100 * GIB)),
                List.of(new Machine.Volume("/", "ext4", 98 * GIB, 60 * GIB)),
                List.of(
                        new Machine.Link("eth0", true, 10_000_000_000L, 1500),
                        new Machine.Link("eth1", false, 0, 9000)));
    }

    static GpuInventory withoutGpu() {
        return Survey.assess(
                new Observations(
                        new Observation.Seen<>(List.of()),
                        new Observation.Absent<>("no /proc/driver/nvidia here"),
                        new Observation.Absent<>("libnvidia-ml.so.1 cannot be loaded"),
                        new Observation.Absent<>("libcuda.so.1 cannot be loaded"),
                        new Observation.Absent<>("no /sys/class/drm here"),
                        new Observation.Seen<>(List.of()),
                        Optional.empty()));
    }

    /** A ready GPU, a divided one, one whose sources contradict, a lost one, an AMD GPU. */
    static GpuInventory manyGpus() {
        return Survey.assess(
                new Observations(
                        new Observation.Seen<>(
                                List.of(
                                        pci(0, 0x10de, 0x2330, "nvidia"),
                                        pci(1, 0x10de, 0x2330, "nvidia"),
                                        pci(2, 0x10de, 0x2330, "nvidia"),
                                        pci(3, 0x10de, 0x2330, "nvidia"),
                                        pci(4, 0x1002, 0x740f, "amdgpu"))),
                        new Observation.Seen<>(
                                new ProcView(
                                        Optional.of("550.54.15"),
                                        List.of(proc(0), proc(1), proc(2), proc(3)))),
                        new Observation.Seen<>(
                                new NvmlView(
                                        Optional.of("550.54.15"),
                                        Optional.of("12.550.54.15"),
                                        Optional.of("12.4"),
                                        List.of(
                                                busy(),
                                                divided(),
                                                quiet(2, new Answer.Value<>(memory(160))),
                                                quiet(
                                                        3,
                                                        new Answer.Refused<>(
                                                                NvmlStatus.GPU_IS_LOST))))),
                        new Observation.Seen<>(
                                new CudaView(
                                        "12.4",
                                        List.of(cuda(0, 0), cuda(1, 1), cuda(2, 2)),
                                        List.of())),
                        new Observation.Seen<>(
                                List.of(
                                        new DrmCard(
                                                "card0",
                                                Optional.of(address(4)),
                                                Optional.of("amdgpu"),
                                                Optional.of(64 * GIB)))),
                        new Observation.Seen<>(
                                List.of(
                                        new XidEntry(
                                                address(3), 79, "GPU has fallen off the bus"))),
                        Optional.empty()));
    }

    private static PciAddress address(int gpu) {
        return new PciAddress(0, 0x3b + gpu, 0, 0);
    }

    private static String uuid(int gpu) {
        return "GPU-%08d-1111-2222-3333-444444444444".formatted(gpu);
    }

    private static MemoryUse memory(long gibibytes) {
        return new MemoryUse(gibibytes * GIB, (gibibytes - 1) * GIB, GIB);
    }

    private static PciDevice pci(int gpu, int vendor, int device, String driver) {
        return new PciDevice(
                address(gpu),
                vendor,
                device,
                0x030200,
                Optional.of(driver),
                Optional.of("32.0 GT/s PCIe x16"),
                Optional.of(0));
    }

    private static ProcGpu proc(int gpu) {
        return new ProcGpu(address(gpu), Optional.of(MODEL), Optional.of(uuid(gpu)), false, true);
    }

    private static CudaDevice cuda(int ordinal, int gpu) {
        return new CudaDevice(ordinal, uuid(gpu), MODEL, 9, 0, 132, 79 * GIB, address(gpu));
    }

    private static NvmlGpu busy() {
        return new NvmlGpu(
                0,
                new Answer.Value<>(uuid(0)),
                new Answer.Value<>(MODEL),
                new Answer.Value<>(address(0)),
                new Answer.Value<>(memory(80)),
                new Answer.Value<>(612_499L),
                new Answer.Value<>(700_000L),
                new Answer.Value<>(1_234_567_890L),
                new Answer.Value<>(new Utilisation(99, 61)),
                new Answer.Value<>(64),
                new Answer.Value<>(true),
                new Answer.Value<>(new EccErrors(3, 0)),
                new Answer.Value<>(new RemappedRows(1, 0, false, false)),
                new Answer.Value<>(Set.of(ThrottleReason.POWER_CAP)),
                new Answer.Value<>(
                        List.of(
                                new GpuProcess(4711, OptionalLong.of(GIB)),
                                new GpuProcess(4712, OptionalLong.empty()))),
                new Answer.Value<>(false),
                List.of());
    }

    private static NvmlGpu divided() {
        return described(
                1,
                new Answer.Value<>(memory(80)),
                new Answer.Value<>(true),
                List.of(
                        new MigInstance(
                                new Answer.Value<>("MIG-aaaaaaaa-1111-2222-3333-444444444444"),
                                new Answer.Value<>(MODEL + " MIG 1g.10gb"),
                                new Answer.Value<>(1),
                                new Answer.Value<>(0),
                                new Answer.Value<>(memory(10)))));
    }

    private static NvmlGpu quiet(int gpu, Answer<MemoryUse> memory) {
        return described(gpu, memory, new Answer.Unsupported<>(), List.of());
    }

    private static NvmlGpu described(
            int gpu, Answer<MemoryUse> memory, Answer<Boolean> mig, List<MigInstance> instances) {
        return new NvmlGpu(
                gpu,
                new Answer.Value<>(uuid(gpu)),
                new Answer.Value<>(MODEL),
                new Answer.Value<>(address(gpu)),
                memory,
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                new Answer.Unsupported<>(),
                mig,
                instances);
    }
}
