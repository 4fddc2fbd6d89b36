package dev.assay.runtime.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.cuda.CudaDriver;
import dev.assay.runtime.cuda.CudaView;
import dev.assay.runtime.cuda.DriverException;
import dev.assay.runtime.device.PciAddress;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.EccErrors;
import dev.assay.runtime.nvml.GpuProcess;
import dev.assay.runtime.nvml.MemoryUse;
import dev.assay.runtime.nvml.NvmlDevice;
import dev.assay.runtime.nvml.NvmlException;
import dev.assay.runtime.nvml.NvmlGpu;
import dev.assay.runtime.nvml.NvmlLibrary;
import dev.assay.runtime.nvml.NvmlStatus;
import dev.assay.runtime.nvml.RemappedRows;
import dev.assay.runtime.nvml.ThrottleReason;
import dev.assay.runtime.nvml.Utilisation;
import dev.assay.runtime.nvml.XidEvent;
import dev.assay.runtime.nvml.XidWatch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is checked of the real bindings, in a JVM over the fake libraries: see {@link FakeDriver}.
 */
public final class DriverChecks extends SurveyChecks {
    private DriverChecks(Path root) {
        super(root);
    }

    public static void main(String[] arguments) throws Exception {
        new DriverChecks(Path.of(arguments[1])).check(arguments[0]);
    }

    void noGpu() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().nvml().seen().orElseThrow().gpus()).isEmpty();
        assertThat(inventory.seen().cuda().seen().orElseThrow().devices()).isEmpty();
        assertThat(inventory.gpus()).isEmpty();
        assertThat(codes(inventory)).containsExactly(FindingCode.NO_GPU);
    }

    void everyField() {
        NvmlView view = new NvmlSource().observe().seen().orElseThrow();
        assertThat(view.driverVersion()).contains("550.54.15");
        assertThat(view.version()).contains("12.550.54.15");
        assertThat(view.cudaVersion()).contains("12.6");
        NvmlGpu gpu = view.gpus().getFirst();
        PciAddress address = PciAddress.parse("0000:3b:00.0");
        assertThat(gpu)
                .isEqualTo(
                        new NvmlGpu(
                                0,
                                new Answer.Value<>("GPU-00000000-1111-2222-3333-444444444444"),
                                new Answer.Value<>("NVIDIA H100 80GB HBM3"),
                                new Answer.Value<>(address),
                                new Answer.Value<>(
                                        new MemoryUse(
                                                85_520_809_984L, 85_510_809_984L, 10_000_000)),
                                new Answer.Value<>(71_230L),
                                new Answer.Value<>(700_000L),
                                new Answer.Value<>(123_456_789_012L),
                                new Answer.Value<>(new Utilisation(87, 12)),
                                new Answer.Value<>(41),
                                new Answer.Value<>(true),
                                new Answer.Value<>(new EccErrors(3, 0)),
                                new Answer.Value<>(new RemappedRows(0, 1, false, false)),
                                new Answer.Value<>(Set.of(ThrottleReason.POWER_CAP)),
                                new Answer.Value<>(
                                        List.of(
                                                new GpuProcess(77, OptionalLong.of(1_000_000)),
                                                new GpuProcess(78, OptionalLong.empty()))),
                                new Answer.Value<>(false),
                                List.of()));
        assertThat(new CudaSource().observe().seen().orElseThrow())
                .isEqualTo(
                        new CudaView(
                                "12.6",
                                List.of(
                                        new CudaDevice(
                                                0,
                                                "GPU-00000000-1111-2222-3333-444444444444",
                                                "NVIDIA H100 80GB HBM3",
                                                9,
                                                0,
                                                132,
                                                84_997_308_416L,
                                                address)),
                                List.of()));
    }

    void nothingSupported() {
        NvmlGpu gpu = new NvmlSource().observe().seen().orElseThrow().gpus().getFirst();
        assertThat(gpu.answers())
                .allSatisfy(
                        (name, answer) -> {
                            if (!List.of("uuid", "pci", "processes").contains(name)) {
                                assertThat(answer).as(name).isInstanceOf(Answer.Unsupported.class);
                            }
                        });
        assertThat(codes(take())).doesNotContain(FindingCode.CALL_REFUSED);
    }

    void manyProcesses() {
        List<NvmlGpu> gpus = new NvmlSource().observe().seen().orElseThrow().gpus();
        List<GpuProcess> many = gpus.getFirst().processes().known().orElseThrow();
        assertThat(many)
                .hasSize(500)
                .allMatch(process -> process.memoryBytes().isEmpty())
                .last()
                .isEqualTo(new GpuProcess(1499, OptionalLong.empty()));
        assertThat(gpus.getLast().processes().known().orElseThrow())
                .containsExactly(
                        new GpuProcess(77, OptionalLong.of(1_000_000)),
                        new GpuProcess(78, OptionalLong.empty()),
                        new GpuProcess(79, OptionalLong.of(5)));
    }

    void nonsense() {
        GpuInventory inventory = take();
        NvmlGpu gpu = only(inventory).gpu().nvml().orElseThrow();
        assertThat(gpu.memory()).isInstanceOf(Answer.Implausible.class);
        assertThat(gpu.utilisation()).isInstanceOf(Answer.Implausible.class);
        assertThat(gpu.temperature()).isInstanceOf(Answer.Implausible.class);
        assertThat(gpu.energyMillijoules()).isInstanceOf(Answer.Implausible.class);
        assertThat(gpu.processes()).isInstanceOf(Answer.Implausible.class);
        assertThat(gpu.pci()).isInstanceOf(Answer.Implausible.class);
        assertThat(gpu.name()).isEqualTo(new Answer.Value<>("bad?[31mname"));
        assertThat(codes(inventory)).contains(FindingCode.IMPLAUSIBLE);
        assertThat(only(inventory).standing()).isEqualTo(Standing.UNUSABLE);
    }

    void countIsNonsense() {
        assertThat(new NvmlSource().observe())
                .isEqualTo(
                        new Observation.Failed<>(
                                "nvmlDeviceGetCount_v2 counts 4294967295 GPUs, more than a machine"
                                        + " holds"));
        assertThat(new CudaSource().observe()).isInstanceOf(Observation.Failed.class);
    }

    void lostMidRun() throws Exception {
        try (NvmlLibrary nvml = NvmlLibrary.open()) {
            NvmlDevice device = nvml.device(0);
            Answer<Long> energy = device.energyMillijoules();
            assertThat(energy).isInstanceOf(Answer.Value.class);
            int answered = 1;
            while (energy instanceof Answer.Value<Long>) {
                energy = device.energyMillijoules();
                answered++;
                assertThat(answered).isLessThan(100);
            }
            assertThat(energy).isEqualTo(new Answer.Refused<>(NvmlStatus.GPU_IS_LOST));
            assertThat(device.uuid()).isEqualTo(new Answer.Refused<>(NvmlStatus.GPU_IS_LOST));
            assertThat(nvml.device(1).uuid())
                    .as("the other lives")
                    .isInstanceOf(Answer.Value.class);
            assertThatThrownBy(() -> nvml.device(0)).isInstanceOf(NvmlException.class);
        }
    }

    void watch() throws Exception {
        try (NvmlLibrary nvml = NvmlLibrary.open();
                XidWatch watch = nvml.watch(List.of(nvml.device(0), nvml.device(1)))) {
            assertThat(watch.next(Duration.ZERO))
                    .contains(new XidEvent(1, 79, OptionalInt.empty()));
            assertThat(watch.next(Duration.ZERO)).isEmpty();
        }
    }

    void openedAgainAndAgain() throws Exception {
        for (int i = 0; i < 50; i++) {
            try (NvmlLibrary nvml = NvmlLibrary.open()) {
                assertThat(nvml.count()).isEqualTo(1);
            }
        }
        NvmlLibrary closed = NvmlLibrary.open();
        NvmlDevice device = closed.device(0);
        closed.close();
        assertThatThrownBy(device::uuid).isInstanceOf(IllegalStateException.class);
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            assertThat(maps).noneMatch(line -> line.contains(FakeDriver.NVML));
        }
    }

    void withoutNvml() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().nvml()).isInstanceOf(Observation.Absent.class);
        assertThat(only(inventory).standing()).isEqualTo(Standing.NO_NVML);
        assertThat(codes(inventory)).containsExactly(FindingCode.NO_NVML);
    }

    void withoutCuda() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().cuda()).isInstanceOf(Observation.Absent.class);
        assertThat(only(inventory).standing()).isEqualTo(Standing.UNUSABLE);
        assertThat(codes(inventory)).containsExactly(FindingCode.NO_CUDA);
    }

    void withoutSymbols() {
        assertThat(new NvmlSource().observe())
                .isEqualTo(
                        new Observation.Failed<>(
                                "libnvidia-ml.so.1 has no nvmlDeviceGetCount_v2: it is older than"
                                        + " driver 450, or no NVML; update the driver"));
        for (int i = 0; i < 2; i++) { // the second time from memory
            assertThat(new CudaSource().observe())
                    .isEqualTo(
                            new Observation.Failed<>(
                                    "libcuda.so.1 has no cuDeviceGetUuid: it is older than driver"
                                            + " 450, or no CUDA driver; update the driver"));
        }
        assertThat(codes(take())).containsExactly(FindingCode.NVML_FAILED, FindingCode.CUDA_FAILED);
    }

    void withoutOptionalSymbols() {
        NvmlGpu gpu = new NvmlSource().observe().seen().orElseThrow().gpus().getFirst();
        assertThat(gpu.energyMillijoules()).isInstanceOf(Answer.Unsupported.class);
        assertThat(gpu.processes()).isInstanceOf(Answer.Unsupported.class);
        assertThat(gpu.uuid()).isInstanceOf(Answer.Value.class);
    }

    void noLibraries() {
        assertThat(codes(take())).containsExactly(FindingCode.NO_GPU);
        assertThatThrownBy(CudaDriver::load)
                .isInstanceOfSatisfying(
                        DriverException.class,
                        e -> assertThat(e.code()).isEqualTo(DriverException.Code.LIBRARY_MISSING));
    }

    void versionMismatch() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().nvml())
                .isEqualTo(
                        new Observation.Failed<>(
                                "nvmlInit_v2 returned LIB_RM_VERSION_MISMATCH (18)"));
        assertThat(inventory.seen().cuda())
                .isEqualTo(
                        new Observation.Failed<>(
                                "cuInit returned CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)"));
        assertThat(codes(inventory))
                .containsExactly(FindingCode.NVML_FAILED, FindingCode.CUDA_FAILED);
    }

    void driverNotLoaded() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().nvml()).isInstanceOf(Observation.Absent.class);
        assertThat(only(inventory).standing()).isEqualTo(Standing.NO_DRIVER);
        assertThat(codes(inventory)).containsExactly(FindingCode.NO_DRIVER);
    }

    void jcudaLeavesNoFiles() throws Exception {
        String temporary = System.getProperty("java.io.tmpdir");
        List<Path> before = files(temporary);
        CudaDriver.load();
        assertThat(System.getProperty("java.io.tmpdir")).isEqualTo(temporary);
        assertThat(files(temporary)).isEqualTo(before);
    }

    private static List<Path> files(String directory) throws Exception {
        try (Stream<Path> files = Files.list(Path.of(directory))) {
            return files.sorted().toList();
        }
    }
}
