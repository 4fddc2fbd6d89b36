package dev.assay.runtime.metering;

import dev.assay.runtime.inventory.FakeDriver;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Metering over the real NVML binding and a library that pretends to be a machine. */
final class NvmlMeteringTest {
    @TempDir private static Path libraries;
    private static FakeDriver driver;

    @TempDir private Path directory;

    @BeforeAll
    static void build() throws Exception {
        driver = FakeDriver.in(libraries).with(FakeDriver.NVML, "nvml.c");
    }

    private static String gpus(int count) {
        StringBuilder gpus = new StringBuilder("live=1\ngpus=" + count + "\n");
        for (int gpu = 0; gpu < count; gpu++) {
            gpus.append(
                    """
                    gpu.%1$d.uuid=%2$s
                    gpu.%1$d.memory=85520809984
                    gpu.%1$d.power.limit=700000
                    gpu.%1$d.energy=5000000
                    gpu.%1$d.utilisation=40
                    gpu.%1$d.throttle=0
                    gpu.%1$d.ecc=1
                    gpu.%1$d.remap.pending=0
                    gpu.%1$d.remap.failed=0
                    """
                            .formatted(gpu, FakeDriver.uuid(gpu)));
        }
        return gpus.toString();
    }

    private void check(String name, String gpus) throws Exception {
        check(driver, name, gpus);
    }

    private void check(FakeDriver with, String name, String gpus) throws Exception {
        with.check(MeterChecks.class, name, gpus, directory, Map.of());
    }

    @Test
    void gpu_thatCountsItsEnergy_isMeteredByItsCounter() throws Exception {
        check("energy", gpus(1));
    }

    @Test
    void energy_whenTheDriverBeginsAgain_goesOn() throws Exception {
        check("driverBeginsAgain", gpus(1));
    }

    @Test
    void gpu_withoutAnEnergyCounter_isMeteredByItsPower() throws Exception {
        check("powerInstead", gpus(1).replace("gpu.0.energy=5000000", "gpu.0.power=100000"));
    }

    @Test
    void gpu_thatTellsNothing_countsNothingAndSaysSo() throws Exception {
        check("nothingToTell", "live=1\ngpus=1\ngpu.0.uuid=" + FakeDriver.uuid(0) + "\n");
    }

    @Test
    void library_withoutOptionalFunctions_isUsedForTheRest() throws Exception {
        FakeDriver old =
                FakeDriver.in(directory.resolve("old"))
                        .with(
                                FakeDriver.NVML,
                                "nvml.c",
                                "nvmlDeviceGetTotalEnergyConsumption",
                                "nvmlDeviceGetPowerUsage",
                                "nvmlDeviceGetUtilizationRates",
                                "nvmlDeviceGetTotalEccErrors",
                                "nvmlDeviceGetRemappedRows",
                                "nvmlDeviceGetCurrentClocksThrottleReasons",
                                "nvmlEventSetCreate");
        check(old, "withoutFunctions", gpus(1));
    }

    @Test
    void gpu_lostMidRun_keepsWhatItCounted() throws Exception {
        check("lost", gpus(2));
    }

    @Test
    void gpu_lostBeforeTheRun_isAnEventAndTheOtherIsMetered() throws Exception {
        check("lostBefore", gpus(2) + "gpu.0.lost=1\n");
    }

    @Test
    void faults_ofGpus_areEvents() throws Exception {
        check("faults", gpus(2));
    }

    @Test
    void eightGpus_ofOneAttempt_areAddedUp() throws Exception {
        check("eight", gpus(8));
    }

    @Test
    void migInstances_haveTheirOwnMemoryAndErrorsAndNoEnergy() throws Exception {
        check(
                "instances",
                gpus(1)
                        + """
                        gpu.0.mig=1
                        gpu.0.mig.instances=2
                        gpu.0.mig.0.uuid=MIG-aaaaaaaa-1111-2222-3333-444444444444
                        gpu.0.mig.0.memory=10468982784
                        gpu.0.mig.1.uuid=MIG-bbbbbbbb-1111-2222-3333-444444444444
                        gpu.0.mig.1.memory=10468982784
                        """);
    }

    @Test
    void machine_withoutNvml_metersNoGpuAndSaysSo() throws Exception {
        FakeDriver none = FakeDriver.in(directory.resolve("none"));
        Files.writeString(none.directory().resolve(FakeDriver.NVML), "not a library");
        check(none, "noLibrary", "");
    }

    @Test
    void library_isOpenWhileAGpuIsMeteredOnly() throws Exception {
        check("againAndAgain", gpus(2));
    }
}
