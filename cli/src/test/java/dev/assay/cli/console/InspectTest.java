package dev.assay.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.runtime.inventory.GpuInventory;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Both forms of {@code assay inspect} over fixed facts, against golden files. */
class InspectTest {
    @ParameterizedTest
    @ValueSource(strings = {"no-gpu", "many-gpus"})
    void text_ofFixedFacts_isTheGoldenFile(String facts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new InspectText(new Terminal(stream(out), false, false))
                .print(Facts.machine(), inventory(facts));
        assertThat(text(out)).isEqualTo(golden("inspect-" + facts + ".txt"));
        assertThat(text(out).lines()).allMatch(line -> line.length() <= 110);
    }

    /** On one line as it is printed; in the file one field a line, to be read. */
    @ParameterizedTest
    @ValueSource(strings = {"no-gpu", "many-gpus"})
    void json_ofFixedFacts_isTheGoldenFile(String facts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        InspectJson.print(Facts.machine(), inventory(facts), stream(out));
        assertThat(text(out).lines()).hasSize(1);
        assertThat(InspectJson.json(Facts.machine(), inventory(facts)).toPrettyString() + "\n")
                .isEqualTo(golden("inspect-" + facts + ".json"));
    }

    private static GpuInventory inventory(String facts) {
        return facts.equals("no-gpu") ? Facts.withoutGpu() : Facts.manyGpus();
    }

    private static PrintStream stream(ByteArrayOutputStream out) {
        return new PrintStream(out, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream out) {
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = InspectTest.class.getResourceAsStream(name)) {
            return new String(
                    Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
