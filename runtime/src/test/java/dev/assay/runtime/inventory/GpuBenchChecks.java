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
import dev.assay.runtime.cuda.DriverException;
import dev.assay.runtime.nvml.NvmlLibrary;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What is checked of benchmarks and trials of GPUs that do not do what they say. */
public final class GpuBenchChecks extends SurveyChecks {
    private GpuBenchChecks(Path root) {
        super(root);
    }

    public static void main(String[] arguments) throws Exception {
        new GpuBenchChecks(Path.of(arguments[1])).check(arguments[0]);
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
        assertThatThrownBy(GpuBenchChecks::trial)
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("cuLaunchKernel");
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
