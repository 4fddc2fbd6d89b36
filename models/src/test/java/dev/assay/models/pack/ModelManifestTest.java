package dev.assay.models.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.id.Digest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

final class ModelManifestTest {
    private static final Digest WEIGHTS = Digest.sha256(new byte[0]);
    private static final TensorType PAIRS = TensorType.f32(Shape.BATCH, 2);

    @Test
    void parse_bytesOfAManifest_isTheSame() throws Exception {
        ModelManifest manifest = TinyModel.manifest();
        ModelManifest parsed = ModelManifest.parse(manifest.bytes());
        assertThat(parsed.bytes()).isEqualTo(manifest.bytes());
        assertThat(parsed.name()).isEqualTo("tiny");
        assertThat(parsed.weights()).isEqualTo(manifest.weights());
        assertThat(parsed.rows()).isEqualTo(TinyModel.ROWS);
        assertThat(parsed.labels()).isEqualTo(TinyModel.LABELS);
        assertThat(parsed.graph().digest()).isEqualTo(manifest.graph().digest());
        assertThat(parsed.input()).isEqualTo(PAIRS);
        assertThat(parsed.output()).isEqualTo(TensorType.f32(Shape.BATCH, 3));
    }

    @Test
    void input_someRows_haveTheInputsShape() throws Exception {
        Graph image =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 1, 2, 1))
                        .node("y", new Operator.Flatten(), "x")
                        .build("y");
        Tensor rows = Tensor.of(Shape.of(3, 2), new float[] {1, 2, 3, 4, 5, 6});
        Tensor input = manifest(image).input(rows, 1, 2);
        assertThat(input.shape()).isEqualTo(Shape.of(2, 1, 2, 1));
        assertThat(input.values()).containsExactly(3, 4, 5, 6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "assay.model/v1|assay.model/v2|format: 'assay.model/v2', expected",
                "\"name\":\"tiny\"|\"name\":7|name: expected a string",
                "\"name\":\"tiny\"|\"name\":\"tiny\",\"note\":1|note: unknown field",
                "\"csv\"|\"tsv\"|rows.format: 'tsv', expected 'csv'",
                "\"columns\":2|\"columns\":3|rows of 3 columns do not fill the input",
                "\"columns\":2|\"columns\":0|rows.columns: expected an integer",
                "\"columns\":2|\"columns\":1048577|rows.columns: expected an integer",
                "\"divisor\":16|\"divisor\":0|rows.divisor: expected an integer",
                "\"divisor\":16,||rows.divisor: missing",
                "\"minimum\":0|\"minimum\":17|minimum ≤ maximum",
                "\"minimum\":0|\"minimum\":0,\"zero\":0|rows.zero: unknown field",
                "sha256:|sha512:|weights: not a digest",
                "[\"a\",\"b\",\"c\"]|[\"a\",\"b\"]|2 labels for an output of 3 columns",
                "[\"a\",\"b\",\"c\"]|[1,2,3]|labels: expected an array of strings",
                "MatMul|Einsum|operator 'Einsum' is not supported",
                "{\"format\"|{ \"format\"|not in canonical form",
                "{\"format\"|{\"format\":\"assay.model/v1\",\"format\"|uplicate",
            })
    void parse_malformed_saysWhere(String original, String replacement, String problem)
            throws Exception {
        String json = new String(TinyModel.manifest().bytes(), StandardCharsets.UTF_8);
        String changed = json.replace(original, replacement == null ? "" : replacement);
        assertThat(changed).isNotEqualTo(json);
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> ModelManifest.parse(changed.getBytes(StandardCharsets.UTF_8)))
                .satisfies(e -> assertThat(e.code()).isEqualTo(Code.BAD_FORMAT))
                .withMessageContaining(problem);
    }

    @Test
    void parse_truncatedAnywhere_isAModelException() throws Exception {
        byte[] bytes = TinyModel.manifest().bytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] prefix = Arrays.copyOf(bytes, length);
            assertThatExceptionOfType(ModelException.class)
                    .isThrownBy(() -> ModelManifest.parse(prefix));
        }
    }

    @Test
    void parse_graphThatCannotRun_isABadGraph() throws Exception {
        String json = new String(TinyModel.manifest().bytes(), StandardCharsets.UTF_8);
        byte[] changed =
                json.replace("\"shape\":[2,3]", "\"shape\":[4,3]").getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> ModelManifest.parse(changed))
                .satisfies(e -> assertThat(e.code()).isEqualTo(Code.BAD_GRAPH))
                .withMessageContaining("node 'y': MatMul");
    }

    @Test
    void manifest_twoInputsOrOutputs_isRefused() throws Exception {
        Graph inputs = Graph.builder().input("x", PAIRS).input("z", PAIRS).build("x");
        assertRefused(inputs, "one input and one output");
        assertRefused(Graph.builder().input("x", PAIRS).build("x", "x"), "one input");
    }

    @Test
    void manifest_inputWithoutBatchAxis_isRefused() throws Exception {
        assertRefused(Graph.builder().input("x", TensorType.f32(1, 2)).build("x"), "do not fill");
    }

    @Test
    void manifest_outputThatIsNotRows_isRefused() throws Exception {
        TensorType image = TensorType.f32(Shape.BATCH, 1, 2);
        assertRefused(Graph.builder().input("x", image).build("x"), "it must be [batch, columns]");
        assertRefused(
                Graph.builder().input("x", PAIRS).parameter("w", TensorType.f32(2, 3)).build("w"),
                "it must be [batch, columns]");
    }

    private static void assertRefused(Graph graph, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> manifest(graph))
                .withMessageContaining(problem);
    }

    private static ModelManifest manifest(Graph graph) {
        return new ModelManifest("m", graph, WEIGHTS, TinyModel.ROWS, List.of());
    }
}
