package dev.assay.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.assay.models.ModelException;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.id.Digest;

import org.junit.jupiter.api.Test;

import java.util.List;

final class LabelledRowsTest {
    @Test
    void batch_ofSomeRows_holdsTheirValuesAndOneHotClasses() throws Exception {
        LabelledRows rows =
                LabelledRows.of(rows("cat", "dog", "cat"), manifest(List.of("cat", "dog")));
        assertThat(rows.count()).isEqualTo(3);
        int[] chosen = {2, 1, 2};
        assertThat(rows.inputs(chosen).values()).containsExactly(5, 6, 3, 4, 5, 6);
        assertThat(rows.targets(chosen).values()).containsExactly(1, 0, 0, 1, 1, 0);
    }

    @Test
    void labels_ofAModelWithoutNames_areClassNumbers() throws Exception {
        LabelledRows rows = LabelledRows.of(rows("1", "0", "1"), manifest(List.of()));
        assertThat(rows.targets(new int[] {0, 1}).values()).containsExactly(0, 1, 1, 0);
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> LabelledRows.of(rows("1", "2", "1"), manifest(List.of())))
                .withMessageContaining("row 2: the label '2' is none of the model's: 0 to 1");
    }

    @Test
    void labels_unknownOrMissing_areRefused() {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(
                        () ->
                                LabelledRows.of(
                                        rows("cat", "cow", "cat"), manifest(List.of("cat", "dog"))))
                .withMessageContaining("row 2: the label 'cow' is none of the model's: [cat, dog]");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> LabelledRows.of(rows(), manifest(List.of())))
                .withMessageContaining("the dataset has no labels");
    }

    private static RowFormat.Rows rows(String... labels) {
        Tensor values = Tensor.of(Shape.of(3, 2), new float[] {1, 2, 3, 4, 5, 6});
        return new RowFormat.Rows(values, List.of(labels));
    }

    private static ModelManifest manifest(List<String> labels) throws ModelException {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 2))
                        .parameter("w", TensorType.f32(2, 2))
                        .node("scores", new Operator.MatMul(), "x", "w")
                        .node("y", new Operator.Softmax(), "scores")
                        .build("y");
        Digest any = Digest.sha256(new byte[0]);
        return new ModelManifest("tiny", graph, any, new RowFormat(2, 0, 9, 1), labels);
    }
}
