package dev.assay.models.training;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;

import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Trainings whose batches would not fit one tensor. */
final class TrainingRunSizeTest {
    private static final int ROWS = 40_000;
    private static final int CLASSES = 60_000;

    @Test
    void batch_whoseTargetsFitNoTensor_isRefusedBeforeAnythingIsLoaded() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 2))
                        .parameter("w", TensorType.f32(2, CLASSES))
                        .node("scores", new Operator.MatMul(), "x", "w")
                        .node("y", new Operator.Softmax(), "scores")
                        .build("y");
        Digest any = Digest.sha256(new byte[0]);
        RowFormat format = new RowFormat(2, 0, 9, 1);
        ModelManifest manifest = new ModelManifest("wide", graph, any, format, List.of());
        Tensor values = Tensor.of(Shape.of(ROWS, 2), new float[2 * ROWS]);
        LabelledRows rows =
                LabelledRows.of(
                        new RowFormat.Rows(values, Collections.nCopies(ROWS, "7")), manifest);
        Optimizer sgd = new Optimizer.Sgd("0.1", "0");
        Training training = new Training(any, any, ROWS, 1, 1, sgd, 1, ROWS, 1, EngineName.EXACT);
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> TrainingRun.begin(training, manifest, rows, new UnusedEngine()))
                .withMessageContaining("a batch of 40000 rows has 2400000000 elements")
                .withMessageContaining("at most 35791");
    }

    private static final class UnusedEngine implements Engine {
        @Override
        public String name() {
            return EngineName.EXACT.text();
        }

        @Override
        public LoadedModel load(ModelPackage model) {
            throw new AssertionError("nothing should be loaded");
        }

        @Override
        public LoadedModel load(Graph graph, Map<String, Tensor> parameters) {
            throw new AssertionError("nothing should be loaded");
        }

        @Override
        public void close() {}
    }
}
