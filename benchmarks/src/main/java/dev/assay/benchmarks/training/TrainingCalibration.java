package dev.assay.benchmarks.training;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.models.ModelException;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;
import dev.assay.models.training.LabelledRows;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.pytorch.PyTorchEngine;
import dev.assay.verification.check.TrainingTolerance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far honest PyTorch units of trainings are from the exact engine's, and how far cheats are, in
 * the measure of {@link TrainingTolerance}. Units begin at states that the exact engine trained to.
 * Among the trainings are such as hardly move any more: 32 rows learnt by heart, where gradients
 * cancel. Arguments: units of each training, result file.
 */
public final class TrainingCalibration {
    private static final int[] LENGTHS = {1, 2, 5, 10};
    private static final int STEPS_BETWEEN = 190;
    private static final int FEW_ROWS = 32;
    private static final List<Optimizer> OPTIMIZERS =
            List.of(
                    new Optimizer.Sgd("0.3", "0"),
                    new Optimizer.Sgd("0.0001", "0"),
                    new Optimizer.Sgd("0.05", "0.9"),
                    new Optimizer.Sgd("0.1", "0.9"),
                    Optimizer.Adam.of("0.001"),
                    Optimizer.Adam.of("0.01"));

    private final Distances honest = new Distances();
    private final Map<String, Distances> cheats = new TreeMap<>();
    private final int starts;
    private final Engine exact;
    private final Engine pytorch;

    private TrainingCalibration(int starts, Engine exact, Engine pytorch) {
        this.starts = starts;
        this.exact = exact;
        this.pytorch = pytorch;
    }

    public static void main(String[] args)
            throws IOException, BlobException, ModelException, EngineException {
        Path scratch = Files.createTempDirectory("assay-benchmark");
        BlobStore blobs = BlobStore.open(scratch.resolve("blobs"));
        ModelManifest digits =
                ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs)).manifest();
        Path all = Path.of("examples/digits.csv");
        Path few = scratch.resolve("few.csv");
        Files.write(few, Files.readAllLines(all).subList(0, FEW_ROWS));
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assay-benchmark");
        try (Engine exact = new ExactEngine(1);
                PyTorchEngine pytorch = PyTorchEngine.start(cache, 1)) {
            var calibration = new TrainingCalibration(Integer.parseInt(args[0]), exact, pytorch);
            for (ModelManifest model :
                    List.of(digits, perceptron(digits, 32), perceptron(digits, 8))) {
                for (Optimizer optimizer : OPTIMIZERS) {
                    pytorch.useThreads(1);
                    calibration.run(model, all, optimizer, 32, 1);
                    calibration.run(model, few, optimizer, FEW_ROWS, 2);
                    pytorch.useThreads(2);
                    calibration.run(model, few, optimizer, 4, 3);
                }
            }
            ResultFile.write(
                    Path.of(args[1]), "benchmarks/run.sh training-tolerance", calibration.json());
        }
    }

    /** One hidden layer over the same rows. */
    private static ModelManifest perceptron(ModelManifest digits, int hidden)
            throws ModelException {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, digits.rows().columns()))
                        .parameter("w1", TensorType.f32(digits.rows().columns(), hidden))
                        .parameter("b1", TensorType.f32(hidden))
                        .parameter("w2", TensorType.f32(hidden, digits.labels().size()))
                        .parameter("b2", TensorType.f32(digits.labels().size()))
                        .node("products", new Operator.MatMul(), "x", "w1")
                        .node("sums", new Operator.Add(), "products", "b1")
                        .node("units", new Operator.Relu(), "sums")
                        .node("outputs", new Operator.MatMul(), "units", "w2")
                        .node("scores", new Operator.Add(), "outputs", "b2")
                        .node("y", new Operator.Softmax(), "scores")
                        .build("y");
        return new ModelManifest(
                "perceptron-" + hidden, graph, digits.weights(), digits.rows(), digits.labels());
    }

    private void run(ModelManifest model, Path csv, Optimizer optimizer, int batch, int seed)
            throws ModelException, EngineException {
        LabelledRows rows = LabelledRows.of(model.rows().read(csv), model);
        Trial trial = new Trial(model, rows, optimizer, batch, seed);
        String where =
                "%s, %d rows, batch %d, %s"
                        .formatted(model.name(), rows.count(), batch, optimizer.json());
        TrainingTolerance tolerance = new TrainingTolerance(trial.step());
        var state = trial.initial();
        for (int start = 0; start < starts; start++) {
            for (int length : LENGTHS) {
                var claimed = trial.steps(state, length, pytorch);
                var replayed = trial.steps(state, length, exact);
                TrainingTolerance.Again again = from -> trial.steps(from, length, exact);
                honest.add(tolerance, state, claimed, replayed, again, where);
                if (length == LENGTHS[LENGTHS.length - 1]) {
                    for (var cheat : trial.cheats(state, replayed, exact).entrySet()) {
                        cheats.computeIfAbsent(cheat.getKey(), _ -> new Distances())
                                .add(tolerance, state, cheat.getValue(), replayed, again, where);
                    }
                    state = claimed;
                }
            }
            state = trial.steps(state, STEPS_BETWEEN, exact);
        }
    }

    private ObjectNode json() {
        ObjectNode json = CanonicalJson.object();
        json.put("limit", TrainingTolerance.LIMIT).put("lossLimit", TrainingTolerance.LOSS_LIMIT);
        json.set("honest", honest.json());
        cheats.forEach((name, distances) -> json.set(name, distances.json()));
        return json;
    }
}
