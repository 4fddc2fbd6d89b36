package dev.assay.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.cli.tenant.RunEvent;
import dev.assay.protocol.usage.GpuUsage;
import dev.assay.protocol.usage.Usage;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** How a receipt is told, with and without GPUs. */
final class ReceiptLineTest {
    private static final Usage WITHOUT =
            new Usage(Duration.ofSeconds(12), Duration.ofSeconds(20), 300 << 20, 640, 10);
    private static final Usage WITH =
            new Usage(
                    Duration.ofSeconds(12),
                    Duration.ofSeconds(20),
                    300 << 20,
                    new GpuUsage(4_100_000, 50_000, Duration.ofSeconds(11), 9000L << 20),
                    640,
                    10,
                    2);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String text(Usage usage) {
        new RunText(new Terminal(out, false, false)).accept(new RunEvent.Receipt(3, usage, 7));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private String json(Usage usage) {
        new RunJson(out).accept(new RunEvent.Receipt(3, usage, 7));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void receipt_withoutGpu_tellsOfNone() {
        assertThat(text(WITHOUT))
                .contains("#3  640 rows, wall 12 s, cpu 20 s, peak 300 MiB  log entry 7");
        assertThat(json(WITHOUT)).doesNotContain("gpu");
    }

    @Test
    void receipt_withGpu_tellsWhatItDid() {
        assertThat(text(WITH))
                .contains("peak 300 MiB, gpu 11 s busy, 4.2 kJ, peak 9,000 MiB  log entry 7");
    }

    @Test
    void receipt_withGpu_tellsProgramsEachFigure() {
        assertThat(json(WITH))
                .contains("\"steps\":10")
                .contains("\"meteredMillijoules\":4100000")
                .contains("\"integratedMillijoules\":50000")
                .contains("\"busyMillis\":11000")
                .contains("\"peakMemoryBytes\":9437184000");
    }
}
