package dev.assay.runtime.pytorch;

import dev.assay.models.ModelException;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator.Add;
import dev.assay.models.graph.Operator.Conv;
import dev.assay.models.graph.Operator.Flatten;
import dev.assay.models.graph.Operator.MatMul;
import dev.assay.models.graph.Operator.MaxPool;
import dev.assay.models.graph.Operator.Relu;
import dev.assay.models.graph.Operator.Softmax;
import dev.assay.models.graph.Window;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.id.Digest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The command that trains {@code builtin:digits}: reads labelled rows, trains, says the accuracy on
 * the rows it kept out of training, and writes the model package. {@code models/train-digits.sh}
 * builds and runs it.
 */
public final class TrainDigits {
    private static final String SCORES = "scores";
    private static final long SEED = 20;
    private static final int EPOCHS = 60;
    private static final int HELD_OUT_PERCENT = 10;

    private TrainDigits() {}

    /** Arguments: the CSV of rows, the package directory to write, the engine's cache directory. */
    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            System.err.println("usage: TrainDigits TRAIN.csv PACKAGE_DIRECTORY CACHE_DIRECTORY");
            System.exit(64);
        }
        Path directory = Path.of(args[1]);
        DigitRows rows = DigitRows.read(Path.of(args[0]));
        int kept = rows.count() - rows.count() * HELD_OUT_PERCENT / 100;
        Graph graph = graph();
        try (PyTorchEngine engine = PyTorchEngine.start(Path.of(args[2]), 1)) {
            try (DigitsTrainer trainer = new DigitsTrainer(graph, SCORES, SEED)) {
                trainer.train(rows.slice(0, kept), EPOCHS);
                write(graph, trainer.weights(), directory);
            }
            ModelPackage model = ModelPackage.open(directory);
            System.out.println("model            " + model.digest());
            report("trained on", rows.slice(0, kept), engine, model);
            report("held out", rows.slice(kept, rows.count()), engine, model);
        }
    }

    /** A small convolutional classifier: two convolutions, one product, 6,090 parameters. */
    private static Graph graph() throws ModelException {
        return Graph.builder()
                .input("image", TensorType.f32(Shape.BATCH, 1, 8, 8))
                .parameter("conv1.weight", TensorType.f32(16, 1, 3, 3))
                .parameter("conv1.bias", TensorType.f32(16))
                .parameter("conv2.weight", TensorType.f32(32, 16, 3, 3))
                .parameter("conv2.bias", TensorType.f32(32))
                .parameter("dense.weight", TensorType.f32(128, 10))
                .parameter("dense.bias", TensorType.f32(10))
                .node("conv1", new Conv(Window.of(1, 1)), "image", "conv1.weight", "conv1.bias")
                .node("relu1", new Relu(), "conv1")
                .node("pool1", new MaxPool(2, 2, Window.of(2, 0)), "relu1")
                .node("conv2", new Conv(Window.of(1, 1)), "pool1", "conv2.weight", "conv2.bias")
                .node("relu2", new Relu(), "conv2")
                .node("pool2", new MaxPool(2, 2, Window.of(2, 0)), "relu2")
                .node("features", new Flatten(), "pool2")
                .node("dense", new MatMul(), "features", "dense.weight")
                .node(SCORES, new Add(), "dense", "dense.bias")
                .node("probabilities", new Softmax(), SCORES)
                .build("probabilities");
    }

    private static void write(Graph graph, Map<String, Tensor> weights, Path directory)
            throws IOException {
        byte[] file = Safetensors.write(weights);
        List<String> labels = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        ModelManifest manifest =
                new ModelManifest("digits", graph, Digest.sha256(file), DigitRows.FORMAT, labels);
        Files.createDirectories(directory);
        Files.write(directory.resolve(ModelPackage.WEIGHTS_FILE), file);
        Files.write(directory.resolve(ModelPackage.MANIFEST_FILE), manifest.bytes());
    }

    private static void report(
            String which, DigitRows rows, PyTorchEngine engine, ModelPackage trained)
            throws EngineException {
        try (LoadedModel model = engine.load(trained)) {
            double accuracy = rows.accuracy(model.run(rows.images()));
            System.out.printf("%-10s %5d rows: %.2f %%%n", which, rows.count(), 100 * accuracy);
        }
    }
}
