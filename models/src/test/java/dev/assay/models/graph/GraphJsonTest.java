package dev.assay.models.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.models.ModelException;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

final class GraphJsonTest {
    private static final String POOL =
            """
            {"inputs":[{"name":"x","dtype":"f32","shape":[-1,1,4,4]}],"parameters":[],
             "nodes":[{"name":"y","operator":"MaxPool","inputs":["x"],"attributes":
             {"kernel_shape":[2,2],"strides":[2,2],"pads":[0,0,0,0]}}],"outputs":["y"]}\
            """;

    @Test
    void read_randomGraphsWritten_areTheSame() throws Exception {
        Random random = new Random(20260101);
        for (int i = 0; i < 200; i++) {
            Graph graph = randomGraph(random);
            Graph read =
                    read(
                            new String(
                                    CanonicalJson.bytes(GraphJson.write(graph)),
                                    StandardCharsets.UTF_8));
            assertThat(read.inputs()).isEqualTo(graph.inputs());
            assertThat(read.parameters()).isEqualTo(graph.parameters());
            assertThat(read.nodes()).isEqualTo(graph.nodes());
            assertThat(read.outputs()).isEqualTo(graph.outputs());
            assertThat(read.digest()).isEqualTo(graph.digest());
        }
    }

    /** Every operator of {@link OperatorTest} in a graph of its own. */
    @ParameterizedTest
    @MethodSource({
        "dev.assay.models.graph.OperatorTest#good",
        "dev.assay.models.graph.OperatorTest#goodInTraining"
    })
    void read_anyOperatorWritten_isTheSame(
            Operator operator, TensorType output, List<TensorType> inputs) throws Exception {
        Graph.Builder builder = Graph.builder();
        String[] names = new String[inputs.size()];
        for (int i = 0; i < names.length; i++) {
            names[i] = "x" + i;
            builder.input(names[i], inputs.get(i));
        }
        Graph graph = builder.node("y", operator, names).build("y");
        byte[] json = CanonicalJson.bytes(GraphJson.write(graph));
        Graph read = read(new String(json, StandardCharsets.UTF_8));
        assertThat(read.nodes()).isEqualTo(graph.nodes());
        assertThat(read.type("y")).isEqualTo(output);
        assertThat(read.digest()).isEqualTo(graph.digest());
    }

    @Test
    void read_example_isUnderstood() throws Exception {
        assertThat(read(POOL).type("y")).isEqualTo(TensorType.f32(Shape.BATCH, 1, 2, 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "MaxPool|Gelu|nodes[0]: operator 'Gelu' is not supported",
                "\"kernel_shape\"|\"dilations\":[1,1],\"kernel_shape\"|attributes.dilations:"
                        + " unknown",
                "\"kernel_shape\":[2,2],||kernel_shape: missing",
                "[0,0,0,0]|[0,0]|pads must have 4 integers",
                "[0,0,0,0]|[0,0,0,2]|pads must be smaller than the kernel",
                "\"strides\":[2,2]|\"strides\":[0,2]|strides must be from 1",
                "\"strides\":[2,2]|\"strides\":[2,2,2]|strides must have 2 integers",
                "f32|f16|inputs[0]: dtype 'f16' is not supported",
                "[-1,1,4,4]|[4,-1]|inputs[0]: dimension 1 is -1",
                "\"parameters\":[],||parameters: missing",
                "\"parameters\":[]|\"parameters\":[],\"extra\":1|extra: unknown field",
                "\"inputs\":[\"x\"]|\"inputs\":[1]|inputs: expected an array of strings",
                "\"name\":\"x\"|\"name\":\"x\",\"note\":1|inputs[0].note: unknown field",
            })
    void read_malformed_saysWhere(String original, String replacement, String problem) {
        String json = POOL.replace(original, replacement == null ? "" : replacement);
        assertThat(json).isNotEqualTo(POOL);
        assertThatExceptionOfType(JsonException.class)
                .isThrownBy(() -> read(json))
                .withMessageContaining(problem);
    }

    @Test
    void read_valueUndefined_isABadGraph() {
        assertThatThrownBy(() -> read(POOL.replace("[\"y\"]", "[\"z\"]")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("output 'z'");
    }

    private static Graph read(String json) throws JsonException, ModelException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return GraphJson.read(JsonFields.of(StrictJson.object(bytes, 1 << 20, "graph"), "graph"));
    }

    /** A chain of image operators, then a dense layer on what is left of the image. */
    private static Graph randomGraph(Random random) throws ModelException {
        int channels = random.nextInt(1, 4);
        Graph.Builder graph =
                Graph.builder().input("n0", TensorType.f32(Shape.BATCH, channels, 40, 40));
        int length = random.nextInt(5);
        TensorType type = TensorType.f32(Shape.BATCH, channels, 40, 40);
        for (int i = 0; i < length; i++) {
            Operator operator = randomOperator(random);
            String from = "n" + i;
            String to = "n" + (i + 1);
            if (operator instanceof Operator.Conv) {
                TensorType filters =
                        TensorType.f32(random.nextInt(1, 4), type.shape().dim(1), 2, 2);
                TensorType bias = TensorType.f32(filters.shape().dim(0));
                graph.parameter(to + ".w", filters).parameter(to + ".b", bias);
                graph.node(to, operator, from, to + ".w", to + ".b");
                type = operator.infer(List.of(type, filters, bias));
            } else {
                graph.node(to, operator, from);
                type = operator.infer(List.of(type));
            }
        }
        int columns = type.shape().elements();
        Shape flat = Shape.of(Shape.BATCH, columns);
        return graph.parameter("w", TensorType.f32(columns, 3))
                .parameter("b", TensorType.f32(3))
                .node(
                        "flat",
                        random.nextBoolean() ? new Operator.Flatten() : new Operator.Reshape(flat),
                        "n" + length)
                .node("xw", new Operator.MatMul(), "flat", "w")
                .node("scores", new Operator.Add(), "xw", "b")
                .node("probabilities", new Operator.Softmax(), "scores")
                .build("probabilities");
    }

    private static Operator randomOperator(Random random) {
        Window window =
                new Window(
                        random.nextInt(1, 3),
                        random.nextInt(1, 3),
                        random.nextInt(2),
                        random.nextInt(2),
                        random.nextInt(2),
                        random.nextInt(2));
        return switch (random.nextInt(4)) {
            case 0 -> new Operator.Conv(window);
            case 1 -> new Operator.MaxPool(2, 3, window);
            case 2 -> new Operator.AveragePool(3, 2, window);
            default -> new Operator.Relu();
        };
    }
}
