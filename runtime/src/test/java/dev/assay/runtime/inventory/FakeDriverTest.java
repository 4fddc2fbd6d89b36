package dev.assay.runtime.inventory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.util.Map;

/**
 * The real bindings of NVML and the CUDA driver over fake libraries, each time in a JVM of its own.
 */
final class FakeDriverTest extends FakeMachine {
    @Override
    Class<? extends SurveyChecks> checks() {
        return DriverChecks.class;
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
        check(
                "nothingSupported",
                "gpus=1\ngpu.0.uuid=" + FakeDriver.uuid(0) + "\ngpu.0.pci=" + address(0));
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
                        + FakeDriver.uuid(0)
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
    void count_thatCannotBe_isAFailureOfTheSource() throws Exception {
        check("countIsNonsense", "nvml.gpus=4294967295\ngpus=1\ncuda.count=100000");
    }

    @Test
    void gpu_lostMidRun_saysSoAndTheOtherLives() throws Exception {
        check("lostMidRun", gpus(2) + "gpu.0.lostAfter=10\ngpu.0.energy=5\n");
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
        kernel.driver("418.39").nvidia(address(0), MODEL, FakeDriver.uuid(0));
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
    void jcuda_loaded_leavesNoFilesAndNoProperty() throws Exception {
        check("jcudaLeavesNoFiles", gpus(1));
    }
}
