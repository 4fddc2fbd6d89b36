package dev.assay.runtime.exact;

import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.job.Optimizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A program that runs a little of everything and prints the digests, then the native libraries that
 * were mapped while it ran. Argument: threads.
 */
final class Bits {
    private Bits() {}

    public static void main(String[] args) throws Exception {
        Set<String> before = libraries();
        try (ExactEngine engine = new ExactEngine(Integer.parseInt(args[0]))) {
            try (LoadedModel model = engine.load(SmallModel.graph(), SmallModel.parameters())) {
                model.run(
                        List.of(SmallModel.images(5)),
                        (node, digest) -> System.out.println(node.name() + " " + digest));
            }
            Seeded seeded = new Seeded(11);
            Tensor a = seeded.any(9, 150);
            Tensor b = seeded.finite(150, 35);
            Graph graph =
                    Graph.builder()
                            .input("a", a.type())
                            .parameter("b", b.type())
                            .node("c", new Operator.MatMul(), "a", "b")
                            .node("d", new Operator.Softmax(), "a")
                            .build("c", "d");
            try (LoadedModel model = engine.load(graph, Map.of("b", b))) {
                for (Tensor output : model.run(List.of(a), Trace.OFF)) {
                    System.out.println(output.digest());
                }
            }
            trainingStep(engine);
        }
        Set<String> after = libraries();
        after.removeAll(before);
        after.forEach(library -> System.out.println("mapped " + library));
    }

    /** One step of the small model by Adam, on values that a seed fixes. */
    private static void trainingStep(ExactEngine engine) throws Exception {
        TrainingStep step = TrainingStep.of(SmallModel.graph(), Optimizer.Adam.of("0.01"));
        Tensor images = SmallModel.images(5);
        float[] labels = new float[5 * 7];
        for (int row = 0; row < 5; row++) {
            labels[row * 8] = 1;
        }
        List<Tensor> inputs = new ArrayList<>(List.of(images, Tensor.of(Shape.of(5, 7), labels)));
        inputs.addAll(TrainingState.initial(step, 9).tensors().values());
        inputs.addAll(step.scalars(0));
        try (LoadedModel model = engine.load(step.graph(), Map.of())) {
            model.run(inputs, (node, digest) -> System.out.println(node.name() + " " + digest));
        }
    }

    private static Set<String> libraries() throws Exception {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(".so"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
