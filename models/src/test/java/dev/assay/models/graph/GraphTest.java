package dev.assay.models.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GraphTest {
    private static final TensorType ROWS = TensorType.f32(Shape.BATCH, 4);

    @Test
    void build_denseLayer_infersEveryType() throws ModelException {
        Graph graph =
                Graph.builder()
                        .input("x", ROWS)
                        .parameter("w", TensorType.f32(4, 3))
                        .parameter("b", TensorType.f32(3))
                        .node("xw", new Operator.MatMul(), "x", "w")
                        .node("y", new Operator.Add(), "xw", "b")
                        .build("y", "xw");
        assertThat(graph.inputs()).containsOnlyKeys("x");
        assertThat(graph.parameters().keySet()).containsExactly("w", "b");
        assertThat(graph.nodes()).extracting(Node::name).containsExactly("xw", "y");
        assertThat(graph.outputs()).containsExactly("y", "xw");
        assertThat(graph.type("y")).isEqualTo(TensorType.f32(Shape.BATCH, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> graph.type("z"))
                .withMessageContaining("'z'");
    }

    @Test
    void node_undefinedValue_namesNodeAndValue() {
        assertRefused(
                () -> Graph.builder().input("x", ROWS).node("y", new Operator.Relu(), "z"),
                "node 'y' reads 'z', which is not defined before it");
    }

    @Test
    void node_itsOwnOutput_isUndefined() {
        assertRefused(
                () -> Graph.builder().node("y", new Operator.Relu(), "y"), "'y', which is not");
    }

    @Test
    void builder_nameUsedTwice_isRefusedWhateverItNames() throws ModelException {
        String problem = "the name 'x' is used twice";
        Graph.Builder graph = Graph.builder().input("x", ROWS);
        assertRefused(() -> graph.input("x", ROWS), problem);
        assertRefused(() -> graph.parameter("x", TensorType.f32(1)), problem);
        assertRefused(() -> graph.node("x", new Operator.Relu(), "x"), problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\n", "ä", "a:b", "a\0"})
    void input_badName_isRefused(String name) {
        assertRefused(() -> Graph.builder().input(name, ROWS), "is no value name");
    }

    @Test
    void input_nameOf129Letters_isRefused() throws ModelException {
        assertThat(Graph.builder().input("a".repeat(128), ROWS)).isNotNull();
        assertRefused(() -> Graph.builder().input("a".repeat(129), ROWS), "at most 128");
    }

    @Test
    void parameter_batched_isRefused() {
        assertRefused(() -> Graph.builder().parameter("w", ROWS), "parameter 'w' has a batch axis");
    }

    @Test
    void build_noOutputs_isRefused() {
        assertRefused(() -> Graph.builder().input("x", ROWS).build(), "no outputs");
    }

    @Test
    void build_outputThatIsNoValue_isRefused() {
        assertRefused(() -> Graph.builder().input("x", ROWS).build("y"), "output 'y'");
    }

    @Test
    void node_operatorRefusesItsInputs_namesTheNode() {
        assertRefused(
                () ->
                        Graph.builder()
                                .input("x", ROWS)
                                .parameter("w", TensorType.f32(5, 3))
                                .node("dense", new Operator.MatMul(), "x", "w"),
                "node 'dense': MatMul: its inputs do not fit together");
    }

    @Test
    void node_tenThousandAndFirst_isRefused() throws ModelException {
        Graph.Builder graph = Graph.builder().input("x", ROWS);
        for (int i = 0; i < 10_000; i++) {
            graph.node("n" + i, new Operator.Relu(), "x");
        }
        assertRefused(() -> graph.node("last", new Operator.Relu(), "x"), "more than 10000");
    }

    @Test
    void digest_attributeChanged_differs() throws ModelException {
        assertThat(pooling(1).digest()).isEqualTo(pooling(1).digest());
        assertThat(pooling(1).digest()).isNotEqualTo(pooling(2).digest());
    }

    private static Graph pooling(int stride) throws ModelException {
        return Graph.builder()
                .input("x", TensorType.f32(Shape.BATCH, 1, 2, 2))
                .node("y", new Operator.MaxPool(2, 2, Window.of(stride, 0)), "x")
                .build("y");
    }

    private static void assertRefused(ThrowingCallable call, String problem) {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.code()).isEqualTo(Code.BAD_GRAPH))
                .withMessageContaining(problem);
    }
}
