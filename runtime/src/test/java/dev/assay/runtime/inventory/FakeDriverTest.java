package dev.assay.runtime.inventory;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The real bindings of NVML and the CUDA driver over fake libraries, each time in a JVM of its own.
 * They are skipped without gcc.
 */
class FakeDriverTest {
    private static final String MODEL = "NVIDIA H100 80GB HBM3";

    @TempDir private static Path libraries;
    private static FakeDriver driver;

    @TempDir private Path directory;
    private KernelTree kernel;

    @BeforeAll
    static void build() throws Exception {
        driver = FakeDriver.whole(libraries);
    }

    @BeforeEach
    void bus() throws Exception {
        kernel = KernelTree.in(directory.resolve("root")).log("");
    }

    private static String uuid(int gpu) {
        return "GPU-%08d-1111-2222-3333-444444444444".formatted(gpu);
    }

    private static String address(int gpu) {
        return "0000:%02x:00.0".formatted(0x3b + gpu);
    }

    /** GPUs that both libraries tell of alike. */
    private static String gpus(int count) {
        StringBuilder gpus =
                new StringBuilder("driver=550.54.15\nlibrary=12.550.54.15\ngpus=" + count + "\n");
        for (int gpu = 0; gpu < count; gpu++) {
            gpus.append(
                    """
                    gpu.%1$d.uuid=%2$s
                    gpu.%1$d.name=%3$s
                    gpu.%1$d.pci=%4$s
                    nvml.gpu.%1$d.memory=85520809984
                    cuda.gpu.%1$d.memory=84997308416
                    """
                            .formatted(gpu, uuid(gpu), MODEL, address(gpu)));
        }
        return gpus.toString();
    }

    /** The same GPUs as the kernel has them. */
    private void installed(int count) throws Exception {
        kernel.driver("550.54.15");
        for (int gpu = 0; gpu < count; gpu++) {
            kernel.nvidia(address(gpu), MODEL, uuid(gpu));
        }
    }

    private void check(String name, String gpus) throws Exception {
        check(driver, name, gpus, Map.of());
    }

    private void check(FakeDriver with, String name, String gpus, Map<String, String> environment)
            throws Exception {
        with.check(DriverChecks.class, name, gpus, kernel.root(), environment);
    }

    @Test
    void machine_withoutGpus_isAClearState() throws Exception {
        check("noGpu", "gpus=0");
    }

    @Test
    void gpu_withEveryFeature_isReadInEveryField() throws Exception {
        check(
                "everyField",
                gpus(1)
                        + """
                        gpu.0.memory.used=10000000
                        gpu.0.power=71230
                        gpu.0.power.limit=700000
                        gpu.0.energy=123456789012
                        gpu.0.utilisation=87
                        gpu.0.utilisation.memory=12
                        gpu.0.temperature=41
                        gpu.0.ecc=1
                        gpu.0.ecc.corrected=3
                        gpu.0.ecc.uncorrected=0
                        gpu.0.remap.pending=0
                        gpu.0.throttle=4
                        gpu.0.processes=77:1000000,78
                        gpu.0.mig=0
                        """);
    }

    @Test
    void gpu_withoutFeatures_isNotAnError() throws Exception {
        check("nothingSupported", "gpus=1\ngpu.0.uuid=" + uuid(0) + "\ngpu.0.pci=" + address(0));
    }

    @Test
    void gpu_thatAllSourcesAgreeOn_isReady() throws Exception {
        installed(1);
        check("oneReady", gpus(1));
    }

    @Test
    void eightGpus_thatAllSourcesAgreeOn_areReady() throws Exception {
        installed(8);
        check("eightReady", gpus(8));
    }

    /** The bytes of an entry, as drivers have written it under one name. */
    @ParameterizedTest
    @ValueSource(ints = {16, 24, 32})
    void processes_moreThanExpected_areAllRead(int bytes) throws Exception {
        check(
                "manyProcesses",
                gpus(2)
                        + """
                        gpu.0.processes.count=500
                        gpu.0.processes.bytes=%1$d
                        gpu.1.processes=77:1000000,78,79:5
                        gpu.1.processes.bytes=%1$d
                        """
                                .formatted(bytes));
    }

    @Test
    void answers_thatCannotBe_areRefusedWithoutHarm() throws Exception {
        check(
                "nonsense",
                "gpus=1\nnvml.gpu.0.pci=zz\ncuda.gpu.0.pci=0000:3b:00.0\n"
                        + "gpu.0.uuid="
                        + uuid(0)
                        + """

                        gpu.0.name=bad\u001b[31mname
                        gpu.0.memory=1000
                        nvml.gpu.0.memory.used=2000
                        gpu.0.utilisation=101
                        gpu.0.temperature=4294967295
                        gpu.0.energy=18446744073709551615
                        gpu.0.processes.count=4000000000
                        """);
    }

    @Test
    void meters_thatStandStillUnderLoad_areFound() throws Exception {
        check(
                "metersThatStandStill",
                gpus(1)
                        + """
                        cuda.launch=ignored
                        gpu.0.memory.used=10000000
                        gpu.0.power=71230
                        gpu.0.power.limit=700000
                        gpu.0.energy=123456789012
                        gpu.0.utilisation=87
                        gpu.0.processes=1:1000000
                        """);
    }

    @Test
    void meters_thatAreNotThere_areSaidToBeMissing() throws Exception {
        check(
                "metersThatAreNotThere",
                "gpus=1\ncuda.launch=ignored\ngpu.0.uuid="
                        + uuid(0)
                        + "\ngpu.0.pci="
                        + address(0)
                        + "\ncuda.gpu.0.memory=84997308416\n");
    }

    @Test
    void load_thatCannotRun_isAnErrorOfTheDriver() throws Exception {
        check("loadThatCannotRun", gpus(1));
    }

    @Test
    void count_thatCannotBe_isAFailureOfTheSource() throws Exception {
        check("countIsNonsense", "nvml.gpus=4294967295\ngpus=1\ncuda.count=100000");
    }

    @Test
    void calls_thatFail_areNamedWithTheirStatus() throws Exception {
        installed(1);
        check(
                "refusals",
                gpus(1)
                        + "fail.nvmlDeviceGetPowerUsage=4\n"
                        + "gpu.0.fail.nvmlDeviceGetMemoryInfo=4242\n");
    }

    @Test
    void migGpus_dividedAndNot_areTold() throws Exception {
        installed(2);
        check(
                "divided",
                gpus(2)
                        + """
                        gpu.0.mig=1
                        gpu.0.mig.instances=2
                        gpu.0.mig.0.uuid=MIG-aaaaaaaa-1111-2222-3333-444444444444
                        gpu.0.mig.0.name=NVIDIA H100 80GB HBM3 MIG 1g.10gb
                        gpu.0.mig.0.memory=10468982784
                        gpu.0.mig.1.uuid=MIG-bbbbbbbb-1111-2222-3333-444444444444
                        gpu.1.mig=1
                        gpu.1.mig.instances=0
                        """);
    }

    @Test
    void gpu_lostMidRun_saysSoAndTheOtherLives() throws Exception {
        check("lostMidRun", gpus(2) + "gpu.0.lostAfter=10\ngpu.0.energy=5\n");
    }

    @Test
    void gpu_lostWhileItIsDescribed_isUnhealthy() throws Exception {
        installed(2);
        check("lostAfterAFewAnswers", gpus(2) + "gpu.0.lostAfter=6\n");
    }

    @Test
    void gpu_lostFromTheStart_isCountedAndUnhealthy() throws Exception {
        installed(2);
        check("lostFromTheStart", gpus(2) + "nvml.gpu.0.lost=1\n");
    }

    @Test
    void gpu_withFaults_isUnhealthyWithAFindingForEach() throws Exception {
        installed(1);
        kernel.log(
                """
                <6>[    1.000000] nvidia: loading out-of-tree module taints kernel.
                <4>[  100.000000] NVRM: Xid (PCI:0000:3b:00): 31, pid=7, name=python, Ch 00000008
                <4>[  101.000000] NVRM: Xid (PCI:0000:ff:00): 48, another
                <4>[  102.000000] NVRM: Xid (PCI:0000:3b:00): 79, pid='<unknown>', name=<unknown>, \
                GPU has fallen off the bus.
                """);
        check(
                "unhealthy",
                gpus(1)
                        + """
                        gpu.0.ecc=1
                        gpu.0.ecc.uncorrected=2
                        gpu.0.remap.pending=1
                        gpu.0.remap.failed=1
                        gpu.0.throttle=0x48
                        """);
    }

    @Test
    void xid_whileWatched_isToldOnceWithItsGpu() throws Exception {
        check("watch", gpus(2) + "gpu.1.xid=79\n");
    }

    @Test
    void library_openedOften_isUnloadedEachTime() throws Exception {
        check("openedAgainAndAgain", gpus(1));
    }

    @Test
    void nvml_lyingAboutMemory_isAFinding() throws Exception {
        installed(1);
        check("nvmlLiesAboutMemory", gpus(1) + "nvml.gpu.0.memory=171041619968\n");
    }

    @Test
    void nvml_lyingAboutUuidAndName_isAFindingEach() throws Exception {
        installed(1);
        check(
                "nvmlLiesAboutUuidAndName",
                gpus(1)
                        + "nvml.gpu.0.uuid=GPU-ffffffff-1111-2222-3333-444444444444\n"
                        + "nvml.gpu.0.name=NVIDIA H200\n");
    }

    @Test
    void nvml_countingAGpuTooMany_isAFinding() throws Exception {
        installed(1);
        check("nvmlLiesAboutCount", gpus(2) + "cuda.gpus=1\n");
    }

    @Test
    void nvml_countingAGpuTooFew_isAFinding() throws Exception {
        installed(2);
        check("cudaSeesMore", gpus(2) + "nvml.gpus=1\n");
    }

    @Test
    void gpu_notInCudaVisibleDevices_isHiddenAndNotBroken() throws Exception {
        installed(2);
        check(driver, "hidden", gpus(2), Map.of("CUDA_VISIBLE_DEVICES", "GPU-00000001"));
    }

    /** Where the driver's files are masked too, and where they are those of the whole machine. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void gpu_thatAContainerWasNotGiven_isHiddenAndNotBroken(boolean masked) throws Exception {
        installed(1);
        kernel.minor(address(0), 0).node(0).pci(address(1), 0x10de, 0x2330, 0x030200, "nvidia");
        if (!masked) {
            kernel.proc(address(1), MODEL, uuid(1), "No").minor(address(1), 1);
        }
        check("givenTheFirst", gpus(1));
    }

    @Test
    void gpus_besideAMigInstance_areHiddenAndNotBroken() throws Exception {
        installed(3);
        check(
                "besideAnInstance",
                gpus(3)
                        + """
                        gpu.1.mig=1
                        gpu.1.mig.instances=1
                        gpu.2.mig=1
                        gpu.2.mig.instances=1
                        """);
    }

    @Test
    void gpu_passedOnByAHypervisor_isReadyWithAWarning() throws Exception {
        kernel.pci("d2a1:00:00.0", 0x1414, 0x008e, 0x030200, "dxgkrnl");
        check("paravirtual", gpus(1));
    }

    @Test
    void everyGpu_hiddenByAnEmptyVariable_isHidden() throws Exception {
        installed(1);
        check(driver, "allHidden", gpus(1), Map.of("CUDA_VISIBLE_DEVICES", ""));
    }

    @Test
    void driver_withoutNvml_isAClearState() throws Exception {
        installed(1);
        FakeDriver half = FakeDriver.in(directory.resolve("half")).with(FakeDriver.CUDA, "cuda.c");
        Files.writeString(half.directory().resolve(FakeDriver.NVML), "not a library");
        check(half, "withoutNvml", gpus(1), Map.of());
    }

    @Test
    void driver_withoutCuda_isAClearState() throws Exception {
        installed(1);
        FakeDriver half = FakeDriver.in(directory.resolve("half")).with(FakeDriver.NVML, "nvml.c");
        Files.writeString(half.directory().resolve(FakeDriver.CUDA), "not a library");
        check(half, "withoutCuda", gpus(1), Map.of());
    }

    @Test
    void libraries_withoutAFunctionThatIsNeeded_fail() throws Exception {
        FakeDriver old =
                FakeDriver.in(directory.resolve("old"))
                        .with(FakeDriver.NVML, "nvml.c", "nvmlDeviceGetCount_v2")
                        .with(FakeDriver.CUDA, "cuda.c", "cuDeviceGetUuid");
        kernel.driver("418.39").nvidia(address(0), MODEL, uuid(0));
        check(old, "withoutSymbols", gpus(1), Map.of());
    }

    @Test
    void nvml_withoutFunctionsThatAreOptional_isUsed() throws Exception {
        FakeDriver old =
                FakeDriver.in(directory.resolve("old"))
                        .with(
                                FakeDriver.NVML,
                                "nvml.c",
                                "nvmlDeviceGetTotalEnergyConsumption",
                                "nvmlDeviceGetComputeRunningProcesses_v3");
        check(old, "withoutOptionalSymbols", gpus(1) + "gpu.0.energy=5\n", Map.of());
    }

    @Test
    void machine_withoutLibraries_isAClearState() throws Exception {
        FakeDriver none = FakeDriver.in(directory.resolve("none"));
        Files.writeString(none.directory().resolve(FakeDriver.NVML), "not a library");
        Files.writeString(none.directory().resolve(FakeDriver.CUDA), "not a library");
        check(none, "noLibraries", "", Map.of());
    }

    @Test
    void libraries_ofAnotherReleaseThanTheDriver_fail() throws Exception {
        installed(1);
        check("versionMismatch", gpus(1) + "fail.nvmlInit_v2=18\nfail.cuInit=803\n");
    }

    @Test
    void libraries_withoutALoadedDriver_areAbsent() throws Exception {
        kernel.pci(address(0), 0x10de, 0x2330, 0x030200, "");
        check("driverNotLoaded", "fail.nvmlInit_v2=9\nfail.cuInit=100\n");
    }

    @Test
    void device_thatCudaCannotDescribe_doesNotHideTheOthers() throws Exception {
        installed(2);
        check("deviceThatCudaCannotDescribe", gpus(2) + "gpu.0.fail.cuDeviceTotalMem_v2=999\n");
    }

    @Test
    void jcuda_loaded_leavesNoFilesAndNoProperty() throws Exception {
        check("jcudaLeavesNoFiles", gpus(1));
    }

    @Test
    void bench_ofAGpu_measuresWhatRunsAndLeavesNothingBehind() throws Exception {
        check("benchWithoutKernels", gpus(1) + "gpu.0.major=7\ngpu.0.minor=5\n");
    }

    @Test
    void bench_ofAMigInstance_saysSo() throws Exception {
        check(
                "benchOfAnInstance",
                gpus(1)
                        + """
                        gpu.0.mig=1
                        gpu.0.mig.instances=1
                        gpu.0.mig.0.name=NVIDIA H100 80GB HBM3 MIG 1g.10gb
                        """);
    }

    @Test
    void bench_ofAGpuThatComputesNonsense_tellsNoRate() throws Exception {
        check("benchOfAGpuThatComputesNonsense", gpus(1) + "launch=ignored\nwrong=1\n");
    }

    @Test
    void bench_ofAGpuWithoutRoom_saysSo() throws Exception {
        check("benchWithoutRoom", gpus(1) + "most=1000\n");
    }
}
