package dev.assay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Inputs larger than the fuzzer tries, made of the smallest parts: they stay in their bounds. */
final class LargeInputTest {
    private static final Path ROOT =
            Path.of(Objects.requireNonNull(System.getProperty("assay.root")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"{}", "[]", "1", "1.5", "12345", "\"\"", "\"a\"", "{\"a\":1}", "[1]"})
    void documents_ofSmallValues_stayInTheirBounds(String value) {
        for (String target : new String[] {"json", "statement", "bundle", "manifest", "outputs"}) {
            for (int values : new int[] {1_000, 10_000, 60_000}) {
                String list = (value + ",").repeat(values - 1) + value;
                within(target, "{\"a\":[" + list + "]}");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 20_000, 70_000})
    void verdict_onManyUnits_isReadWithinItsBound(int units) throws Exception {
        String verdict = Files.readString(ROOT.resolve("docs/formats/examples/verdict.json"));
        String drawn =
                IntStream.range(0, units)
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(","));
        String large = verdict.replaceFirst("\"drawn\":\\[[0-9,]*]", "\"drawn\":[" + drawn + "]");
        assertThat(large).isNotEqualTo(verdict);
        assertThat(within("statement", large.strip()).accepted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 3_000, 100_000})
    void onnx_ofNodesWithoutWeights_staysInItsBound(int nodes) {
        byte[] node = {0x0a, 0x03, 0x22, 0x01, 'A'};
        ByteArrayOutputStream graph = new ByteArrayOutputStream();
        for (int i = 0; i < nodes; i++) {
            graph.writeBytes(node);
        }
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        model.write(0x3a);
        for (int left = graph.size(); left > 0; left >>>= 7) {
            model.write(left < 0x80 ? left : left & 0x7f | 0x80);
        }
        model.writeBytes(graph.toByteArray());
        Trial trial = within("onnx", model.toByteArray());
        assertThat(trial.accepted()).isFalse();
    }

    @Test
    void job_ofManyValuesOrOfOneLongLine_staysInItsBound() {
        within("job", "a: [" + "x,".repeat(3_900) + "]");
        within("job", "a: [" + "x,".repeat(30_000) + "]");
        within("job", "a: " + "x ".repeat(32_000));
        within("job", "a: '" + "x".repeat(65_000) + "'");
    }

    private static Trial within(String target, String input) {
        return within(target, input.getBytes(StandardCharsets.UTF_8));
    }

    private static Trial within(String name, byte[] input) {
        Target<?> target = Targets.named(name);
        return Trial.of(target, input, target.bound().bytes(input.length));
    }
}
