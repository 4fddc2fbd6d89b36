package dev.assay.runtime.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

class MachineBenchTest {
    private static final Pace SHORT = new Pace(Duration.ZERO, Duration.ZERO, 1, System::nanoTime);

    private static final Path CACHE = Path.of("target", "djl");

    @TempDir private Path directory;

    /** Which of them can be measured depends on the machine; each is accounted for. */
    @Test
    void thisMachine_measured_tellsARateOrAReasonForEverything() throws Exception {
        Path scratch = directory.resolve("scratch");
        Files.createDirectories(scratch.resolve("left by a killed process"));
        List<Measurement> told = new ArrayList<>();
        BenchReport report = new MachineBench(scratch, CACHE, 1, SHORT).run(told::add);
        assertThat(told).isEqualTo(report.measurements());
        assertThat(report.measurements())
                .allMatch(m -> 0 < m.least() && m.least() <= m.median() && m.median() <= m.most());
        assertThat(report.measurements().stream().map(Measurement::metric))
                .contains(Metric.EXACT_RATE, Metric.GEMM_FP32, Metric.MEMORY_BANDWIDTH);
        assertThat(
                        Stream.concat(
                                report.measurements().stream()
                                        .filter(m -> m.device().equals("disk"))
                                        .map(Measurement::metric),
                                report.skipped().stream()
                                        .filter(s -> s.device().equals("disk"))
                                        .map(Skipped::metric)))
                .containsExactly(Metric.DISK_WRITE, Metric.DISK_READ);
        assertThat(scratch).doesNotExist();
    }

    @Test
    void scratch_thatCannotBeMade_isAReasonAndNotAFailure() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        BenchReport report =
                new MachineBench(file.resolve("scratch"), CACHE, 1, SHORT).run(_ -> {});
        assertThat(report.measurements().stream().map(Measurement::metric))
                .containsExactly(Metric.MEMORY_BANDWIDTH);
        assertThat(report.skipped()).hasSize(5);
    }
}
