package dev.assay.runtime.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.runtime.bench.BenchReport;
import dev.assay.runtime.bench.GpuBench;
import dev.assay.runtime.bench.GpuTrial;
import dev.assay.runtime.bench.Measurement;
import dev.assay.runtime.bench.Metric;
import dev.assay.runtime.bench.Pace;
import dev.assay.runtime.cuda.CudaDevice;
import dev.assay.runtime.cuda.CudaDriver;
import dev.assay.runtime.cuda.CudaView;
import dev.assay.runtime.cuda.DriverException;
import dev.assay.runtime.device.PciAddress;
import dev.assay.runtime.nvml.Answer;
import dev.assay.runtime.nvml.EccErrors;
import dev.assay.runtime.nvml.GpuProcess;
import dev.assay.runtime.nvml.MemoryUse;
import dev.assay.runtime.nvml.MigInstance;
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
public final class DriverChecks {
    private final Path root;

    private DriverChecks(Path root) {
        this.root = root;
    }

    public static void main(String[] arguments) throws Exception {
        DriverChecks checks = new DriverChecks(Path.of(arguments[1]));
        DriverChecks.class.getDeclaredMethod(arguments[0]).invoke(checks);
        System.out.println("checked " + arguments[0]);
    }

    private GpuInventory take() {
        return Survey.under(root, () -> KernelTree.readLog(root), System.getenv()).take();
    }

    private static List<FindingCode> codes(GpuInventory inventory) {
        return inventory.findings().stream().map(Finding::code).toList();
    }

    private static GpuReport only(GpuInventory inventory) {
        assertThat(inventory.gpus()).hasSize(1);
        return inventory.gpus().getFirst();
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

    void oneReady() {
        GpuInventory inventory = take();
        assertThat(only(inventory).standing()).isEqualTo(Standing.READY);
        assertThat(inventory.findings()).isEmpty();
    }

    void eightReady() {
        GpuInventory inventory = take();
        assertThat(inventory.gpus())
                .hasSize(8)
                .allMatch(report -> report.standing() == Standing.READY)
                .allMatch(report -> report.findings().isEmpty());
        assertThat(inventory.gpus().stream().map(report -> report.gpu().uuid().orElseThrow()))
                .doesNotHaveDuplicates();
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

    void refusals() {
        GpuInventory inventory = take();
        GpuReport report = only(inventory);
        assertThat(report.gpu().nvml().orElseThrow().powerMilliwatts())
                .isEqualTo(new Answer.Refused<>(new NvmlStatus(4)));
        assertThat(report.gpu().nvml().orElseThrow().memory())
                .isEqualTo(new Answer.Refused<>(new NvmlStatus(4242)));
        assertThat(report.findings())
                .containsExactly(
                        new Finding(
                                FindingCode.CALL_REFUSED,
                                "0000:3b:00.0",
                                "NVML: memory: status 4242, power: NO_PERMISSION (4)"));
        assertThat(report.standing()).isEqualTo(Standing.READY);
    }

    void divided() {
        GpuInventory inventory = take();
        GpuReport divided = inventory.gpus().getFirst();
        assertThat(divided.gpu().isDivided()).isTrue();
        assertThat(divided.gpu().nvml().orElseThrow().migInstances())
                .hasSize(2)
                .first()
                .isEqualTo(
                        new MigInstance(
                                new Answer.Value<>("MIG-aaaaaaaa-1111-2222-3333-444444444444"),
                                new Answer.Value<>("NVIDIA H100 80GB HBM3 MIG 1g.10gb"),
                                new Answer.Value<>(1),
                                new Answer.Value<>(0),
                                new Answer.Value<>(
                                        new MemoryUse(10_468_982_784L, 10_468_982_784L, 0))));
        assertThat(divided.standing()).isEqualTo(Standing.READY);
        assertThat(divided.findings()).isEmpty();
        GpuReport undivided = inventory.gpus().getLast();
        assertThat(undivided.standing()).isEqualTo(Standing.UNUSABLE);
        assertThat(undivided.findings().stream().map(Finding::code))
                .containsExactly(FindingCode.MIG_WITHOUT_INSTANCES);
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

    void lostAfterAFewAnswers() {
        GpuInventory inventory = take();
        GpuReport lost = inventory.gpus().getFirst();
        assertThat(lost.gpu().nvml().orElseThrow().name()).isInstanceOf(Answer.Value.class);
        assertThat(lost.gpu().nvml().orElseThrow().processes())
                .isEqualTo(new Answer.Refused<>(NvmlStatus.GPU_IS_LOST));
        assertThat(lost.standing()).isEqualTo(Standing.UNHEALTHY);
        assertThat(lost.findings().stream().map(Finding::code))
                .containsExactly(FindingCode.GPU_LOST);
        assertThat(inventory.gpus().getLast().standing()).isEqualTo(Standing.READY);
    }

    void lostFromTheStart() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().nvml().seen().orElseThrow().gpus()).hasSize(2);
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .contains(Standing.UNHEALTHY, Standing.READY);
        assertThat(codes(inventory)).contains(FindingCode.GPU_LOST);
    }

    void unhealthy() {
        GpuReport report = only(take());
        assertThat(report.standing()).isEqualTo(Standing.UNHEALTHY);
        assertThat(report.findings().stream().map(Finding::code))
                .containsExactly(
                        FindingCode.ECC_UNCORRECTED,
                        FindingCode.ROW_REMAP_FAILED,
                        FindingCode.ROW_REMAP_PENDING,
                        FindingCode.THROTTLED,
                        FindingCode.XID,
                        FindingCode.XID_SERIOUS);
        assertThat(report.findings().getLast().saw())
                .isEqualTo("the kernel's log has Xid 79: GPU has fallen off the bus.");
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

    private static List<GpuTrial.Outcome> trial() throws Exception {
        CudaDevice device = new CudaSource().observe().seen().orElseThrow().devices().getFirst();
        try (NvmlLibrary nvml = NvmlLibrary.open()) {
            return new GpuTrial(device, nvml.device(0), 128, Duration.ofMillis(1))
                    .run().stream().map(GpuTrial.Check::outcome).toList();
        }
    }

    void metersThatStandStill() throws Exception {
        assertThat(trial())
                .as("memory, energy, utilisation, power, process")
                .containsExactly(
                        GpuTrial.Outcome.FAILED,
                        GpuTrial.Outcome.FAILED,
                        GpuTrial.Outcome.PASSED,
                        GpuTrial.Outcome.PASSED,
                        GpuTrial.Outcome.FAILED);
    }

    void metersThatAreNotThere() throws Exception {
        assertThat(trial()).hasSize(5).containsOnly(GpuTrial.Outcome.NOT_TOLD);
    }

    void loadThatCannotRun() {
        assertThatThrownBy(DriverChecks::trial)
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("cuLaunchKernel");
    }

    void nvmlLiesAboutMemory() {
        GpuReport report = only(take());
        assertThat(report.standing()).isEqualTo(Standing.UNUSABLE);
        assertThat(report.findings())
                .containsExactly(
                        new Finding(
                                FindingCode.MEMORY_DISAGREES,
                                "0000:3b:00.0",
                                "NVML says 163118 MiB, CUDA says 81059 MiB"));
    }

    void nvmlLiesAboutUuidAndName() {
        GpuReport report = only(take());
        assertThat(report.findings().stream().map(Finding::code))
                .containsExactly(FindingCode.UUID_DISAGREES, FindingCode.NAME_DISAGREES);
        assertThat(report.findings().getFirst().saw())
                .isEqualTo(
                        "NVML says GPU-ffffffff-1111-2222-3333-444444444444, the kernel driver says"
                                + " GPU-00000000-1111-2222-3333-444444444444, CUDA says"
                                + " GPU-00000000-1111-2222-3333-444444444444");
    }

    void nvmlLiesAboutCount() {
        GpuInventory inventory = take();
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .containsExactly(Standing.READY, Standing.UNUSABLE);
        assertThat(inventory.gpus().getLast().findings().stream().map(Finding::code))
                .containsExactly(FindingCode.UNSEEN_BY_CUDA, FindingCode.UNSEEN_BY_KERNEL);
    }

    void cudaSeesMore() {
        GpuInventory inventory = take();
        assertThat(codes(inventory)).containsExactly(FindingCode.UNSEEN_BY_NVML);
        assertThat(inventory.gpus().getLast().standing()).isEqualTo(Standing.UNUSABLE);
    }

    void hidden() {
        GpuInventory inventory = take();
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .containsExactly(Standing.HIDDEN, Standing.READY);
        assertThat(inventory.findings())
                .containsExactly(
                        new Finding(
                                FindingCode.HIDDEN_BY_ENVIRONMENT,
                                "0000:3b:00.0",
                                "CUDA_VISIBLE_DEVICES=GPU-00000001; seen by the PCI bus, the"
                                        + " kernel driver, NVML, not by CUDA"));
    }

    void givenTheFirst() {
        GpuInventory inventory = take();
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .containsExactly(Standing.READY, Standing.HIDDEN);
        assertThat(codes(inventory)).containsExactly(FindingCode.HIDDEN_BY_CONTAINER);
    }

    void besideAnInstance() {
        GpuInventory inventory = take();
        assertThat(inventory.gpus().stream().map(GpuReport::standing))
                .containsExactly(Standing.HIDDEN, Standing.READY, Standing.HIDDEN);
        assertThat(codes(inventory))
                .containsExactly(FindingCode.HIDDEN_BY_MIG, FindingCode.HIDDEN_BY_MIG);
    }

    void paravirtual() {
        GpuInventory inventory = take();
        assertThat(only(inventory).standing()).isEqualTo(Standing.READY);
        assertThat(codes(inventory)).containsExactly(FindingCode.PARAVIRTUAL);
    }

    void allHidden() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().cuda().seen().orElseThrow().devices()).isEmpty();
        assertThat(only(inventory).standing()).isEqualTo(Standing.HIDDEN);
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

    void deviceThatCudaCannotDescribe() {
        GpuInventory inventory = take();
        assertThat(inventory.seen().cuda().seen().orElseThrow().devices()).hasSize(1);
        assertThat(inventory.findings())
                .contains(
                        new Finding(
                                FindingCode.CALL_REFUSED,
                                "machine",
                                "CUDA: device 0: cuDeviceTotalMem returned CUDA_ERROR_UNKNOWN"
                                        + " (999)"));
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

    private static BenchReport bench() throws Exception {
        CudaDevice device = CudaDriver.load().describe().devices().getFirst();
        Pace pace = new Pace(Duration.ZERO, Duration.ZERO, 1, System::nanoTime);
        return new GpuBench(device, pace, 256, 4 << 20).run(_ -> {});
    }

    private static List<String> why(BenchReport report) {
        return report.skipped().stream().map(s -> s.metric().text() + ": " + s.why()).toList();
    }

    void benchWithoutKernels() throws Exception {
        BenchReport report = bench();
        assertThat(report.measurements().stream().map(Measurement::metric))
                .containsExactly(Metric.TRANSFER_TO_DEVICE, Metric.TRANSFER_TO_HOST);
        assertThat(report.measurements()).allMatch(m -> m.device().startsWith("GPU-00000000"));
        assertThat(why(report))
                .containsExactly(
                        "gemm.fp32: cuLaunchKernel returned CUDA_ERROR_NOT_SUPPORTED (801)",
                        "gemm.tf32: needs compute capability 8.0, this is 7.5",
                        "gemm.bf16: needs compute capability 8.0, this is 7.5",
                        "gemm.fp16: needs compute capability 8.0, this is 7.5",
                        "memory.bandwidth: cuLaunchKernel returned CUDA_ERROR_NOT_SUPPORTED"
                                + " (801)");
    }

    void benchOfAnInstance() throws Exception {
        assertThat(bench().measurements())
                .hasSize(2)
                .allMatch(m -> m.device().startsWith("GPU-00000000"))
                .allMatch(m -> m.method().endsWith(", on NVIDIA H100 80GB HBM3 MIG 1g.10gb"));
    }

    void benchOfAGpuThatComputesNonsense() throws Exception {
        BenchReport report = bench();
        assertThat(report.measurements()).isEmpty();
        assertThat(report.skipped())
                .hasSize(7)
                .allMatch(skip -> skip.why().startsWith("the result is wrong ("));
    }

    void benchWithoutRoom() throws Exception {
        BenchReport report = bench();
        assertThat(report.measurements()).isEmpty();
        assertThat(why(report))
                .contains("gemm.fp32: cuMemAlloc returned CUDA_ERROR_OUT_OF_MEMORY (2)")
                .contains("transfer.toHost: cuMemAllocHost returned CUDA_ERROR_OUT_OF_MEMORY (2)");
    }
}
