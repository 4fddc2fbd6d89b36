package dev.assay.runtime.inventory;

import org.junit.jupiter.api.Test;

/** Benchmarks and trials of GPUs over a fake driver. */
final class FakeGpuBenchTest extends FakeMachine {
    @Override
    Class<? extends SurveyChecks> checks() {
        return GpuBenchChecks.class;
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
                        + FakeDriver.uuid(0)
                        + "\ngpu.0.pci="
                        + address(0)
                        + "\ncuda.gpu.0.memory=84997308416\n");
    }

    @Test
    void load_thatCannotRun_isAnErrorOfTheDriver() throws Exception {
        check("loadThatCannotRun", gpus(1));
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
