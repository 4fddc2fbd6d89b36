package dev.assay.models.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.assay.models.ModelException;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.GraphJson;
import dev.assay.models.graph.Operator;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.json.JsonFields;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

final class TrainingStepTest {
    private static final Optimizer SGD = new Optimizer.Sgd("0.1", "0.9");
    private static final Optimizer ADAM = new Optimizer.Adam("0.1", "0.9", "0.99", "0.001");
    private static final int ROWS = 4;

    @Test
    void of_aClassifier_takesAndYieldsEverythingInOrder() throws Exception {
        TrainingStep step = TrainingStep.of(model(), ADAM);
        assertThat(step.graph().inputs().keySet())
                .containsExactly(
                        "x",
                        "step/labels",
                        "w",
                        "b",
                        "first/w",
                        "second/w",
                        "first/b",
                        "second/b",
                        "step/loss-gradient",
                        "step/rate",
                        "step/beta1",
                        "step/beta2",
                        "step/epsilon");
        assertThat(step.graph().outputs())
                .containsExactly(
                        "step/loss",
                        "new/w",
                        "new/b",
                        "new/first/w",
                        "new/second/w",
                        "new/first/b",
                        "new/second/b");
        assertThat(step.graph().parameters()).isEmpty();
        assertThat(step.graph().nodes()).noneMatch(n -> n.operator() instanceof Operator.Softmax);
        assertThat(step.scalars(0)).hasSize(5);
    }

    @Test
    void of_anyOptimizer_isAGraphThatItsJsonDescribes() throws Exception {
        for (Optimizer optimizer : List.of(SGD, ADAM)) {
            Graph graph = TrainingStep.of(model(), optimizer).graph();
            Graph read = GraphJson.read(JsonFields.of(GraphJson.write(graph), "graph"));
            assertThat(read.digest()).isEqualTo(graph.digest());
        }
    }

    /** Two steps against the optimizers' formulas, over gradients by finite differences. */
    @Test
    void steps_ofEachOptimizer_followItsFormula() throws Exception {
        for (Optimizer optimizer : List.of(SGD, ADAM)) {
            TrainingStep step = TrainingStep.of(model(), optimizer);
            Map<String, double[]> given = beginning(step);
            double w = given.get("w")[3];
            double v = 0;
            double h = 0;
            for (int t = 1; t <= 2; t++) {
                scalars(step, t - 1, given);
                double g = slope(step, given, "w", 3);
                Map<String, double[]> after = DoubleOracle.run(step.graph(), ROWS, given);
                switch (optimizer) {
                    case Optimizer.Sgd _ -> {
                        v = 0.9 * v + g;
                        w -= 0.1 * v;
                    }
                    case Optimizer.Adam _ -> {
                        v = 0.9 * v + 0.1 * g;
                        h = 0.99 * h + 0.01 * g * g;
                        double rate = 0.1 * Math.sqrt(1 - Math.pow(.99, t)) / (1 - Math.pow(.9, t));
                        w -= rate * v / (Math.sqrt(h) + 0.001);
                    }
                }
                assertThat(after.get("new/w")[3]).isCloseTo(w, within(1e-6));
                assertThat(Math.abs(after.get("new/w")[3] - given.get("w")[3])).isGreaterThan(1e-4);
                step.parameters().keySet().forEach(p -> given.put(p, after.get("new/" + p)));
                step.state().keySet().forEach(s -> given.put(s, after.get("new/" + s)));
            }
        }
    }

    @Test
    void of_aGraphThatDoesNotEndInASoftmax_isRefused() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 2))
                        .parameter("w", TensorType.f32(2, 2))
                        .node("y", new Operator.MatMul(), "x", "w")
                        .build("y");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> TrainingStep.of(graph, SGD))
                .withMessageContaining("only classifiers can be trained");
    }

    @Test
    void of_aModelTooLargeForOneCheckpoint_isRefused() throws Exception {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 20_000))
                        .parameter("w", TensorType.f32(20_000, 20_000))
                        .node("scores", new Operator.MatMul(), "x", "w")
                        .node("y", new Operator.Softmax(), "scores")
                        .build("y");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> TrainingStep.of(graph, SGD))
                .withMessageContaining("800000000 elements; a training checkpoint holds at most");
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.api.Assertions.within(offset);
    }

    private static Graph model() throws ModelException {
        return Graph.builder()
                .input("x", TensorType.f32(Shape.BATCH, 3))
                .parameter("w", TensorType.f32(3, 2))
                .parameter("b", TensorType.f32(2))
                .node("product", new Operator.MatMul(), "x", "w")
                .node("scores", new Operator.Add(), "product", "b")
                .node("y", new Operator.Softmax(), "scores")
                .build("y");
    }

    private static Map<String, double[]> beginning(TrainingStep step) {
        Random random = new Random(1);
        Map<String, double[]> given = new HashMap<>();
        step.graph()
                .inputs()
                .forEach(
                        (name, type) -> {
                            int size = type.shape().withBatch(ROWS).elements();
                            given.put(name, random.doubles(size, -1, 1).toArray());
                        });
        step.state().forEach((name, type) -> given.put(name, new double[type.shape().elements()]));
        given.put("step/labels", new double[] {1, 0, 0, 1, 1, 0, 1, 0});
        return given;
    }

    private static void scalars(TrainingStep step, int index, Map<String, double[]> given) {
        List<String> names = step.graph().inputs().keySet().stream().toList();
        List<Tensor> scalars = step.scalars(index);
        for (int i = 0; i < scalars.size(); i++) {
            String name = names.get(names.size() - scalars.size() + i);
            given.put(name, new double[] {scalars.get(i).values()[0]});
        }
    }

    /** The loss's derivative with respect to one element, by central differences. */
    private static double slope(
            TrainingStep step, Map<String, double[]> given, String parameter, int index) {
        double[] losses = new double[2];
        for (int side = 0; side < 2; side++) {
            double[] moved = given.get(parameter).clone();
            moved[index] += side == 0 ? -1e-5 : 1e-5;
            Map<String, double[]> there = new HashMap<>(given);
            there.put(parameter, moved);
            losses[side] = DoubleOracle.run(step.graph(), ROWS, there).get("step/loss")[0];
        }
        return (losses[1] - losses[0]) / 2e-5;
    }
}
