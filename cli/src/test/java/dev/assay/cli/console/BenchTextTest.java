package dev.assay.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.runtime.bench.BenchReport;
import dev.assay.runtime.bench.Measurement;
import dev.assay.runtime.bench.Metric;
import dev.assay.runtime.bench.Skipped;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

class BenchTextTest {
    @Test
    void measurements_printed_areRatesPeopleCanCompare() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BenchText text =
                new BenchText(
                        new Terminal(
                                new PrintStream(out, true, StandardCharsets.UTF_8), false, false));
        String gpu = "GPU-00000000-1111-2222-3333-444444444444";
        text.measured(
                new Measurement(
                        Metric.EXACT_RATE, "cpu", "exact engine", 10_123, 9_900, 10_200, 5));
        text.measured(
                new Measurement(
                        Metric.GEMM_BF16,
                        gpu,
                        "own PTX kernel, 4096³",
                        412_345_678_901_234L,
                        400_000_000_000_000L,
                        420_000_000_000_000L,
                        5));
        text.measured(
                new Measurement(Metric.DISK_READ, "disk", "in sequence", 2_345_678_901L, 1, 1, 1));
        text.print(
                Facts.machine(),
                new BenchReport(
                        List.of(), List.of(new Skipped(Metric.GEMM_FP32, "cpu", "no PyTorch"))),
                Facts.withoutGpu().findings(),
                "provider-alder",
                new KeyId(Digest.sha256(new byte[0])),
                Path.of("inventory.json"));
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        """
                        exact.rate          cpu                10,123 rows/s  exact engine
                                                                9,900 rows/s  slowest of 5 \
                        rounds; fastest 10,200 rows/s
                        gemm.bf16           GPU-00000000…  412,345.7 GFLOP/s  own PTX kernel, 4096³
                                                           400,000.0 GFLOP/s  slowest of 5 \
                        rounds; fastest 420,000.0 GFLOP/s
                        disk.read           disk                   2.35 GB/s  in sequence
                        load                others were at work (1.50 over the minute before): \
                        measure again when they are not
                        gemm.fp32           cpu           not measured: no PyTorch
                        findings            1 finding, 0 errors  assay inspect shows them
                        signed              by provider-alder e3b0c44298fc
                                            inventory.json
                        """);
    }
}
