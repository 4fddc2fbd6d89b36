package dev.assay.benchmarks.training;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.models.ModelException;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.training.LabelledRows;
import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.models.training.TrainingRun;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.pytorch.AutogradTraining;
import dev.assay.runtime.pytorch.PyTorchEngine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Training {@code builtin:digits} from a seed, steps a second: the same step graph on the exact
 * engine and on DJL/PyTorch in one process, in alternating rounds; beside them, for SGD, the same
 * model trained by PyTorch's own autograd; and what a checkpoint costs. Arguments: threads, rounds,
 * result file. Takes a quarter of a minute a round and a minute more, three minutes with 7 rounds;
 * each case is told on standard error when it is done.
 */
public final class TrainingComparison {
    private static final int[] BATCHES = {16, 64, 256};
    private static final double ROUND_SECONDS = 1;
    private static final int WARM_ROUNDS = 4;

    private TrainingComparison() {}

    public static void main(String[] args)
            throws IOException, BlobException, ModelException, EngineException {
        int threads = Integer.parseInt(args[0]);
        int rounds = Integer.parseInt(args[1]);
        Path scratch = Files.createTempDirectory("assay-benchmark");
        BlobStore blobs = BlobStore.open(scratch.resolve("blobs"));
        ModelManifest manifest =
                ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs)).manifest();
        Path csv = Path.of("examples/digits.csv");
        RowFormat.Rows file = manifest.rows().read(csv);
        Tensor values = file.values();
        LabelledRows rows = LabelledRows.of(file, manifest);
        ObjectNode figures = CanonicalJson.object().put("threads", threads).put("rounds", rounds);
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assay-benchmark");
        try (Engine exact = new ExactEngine(threads);
                Engine pytorch = PyTorchEngine.start(cache, threads)) {
            for (Optimizer optimizer :
                    List.of(new Optimizer.Sgd("0.001", "0.9"), Optimizer.Adam.of("0.001"))) {
                for (int batch : BATCHES) {
                    Training training = training(manifest, rows, optimizer, batch);
                    try (TrainingRun ours = TrainingRun.begin(training, manifest, rows, exact);
                            TrainingRun theirs =
                                    TrainingRun.begin(training, manifest, rows, pytorch);
                            AutogradTraining autograd =
                                    new AutogradTraining(
                                            manifest.graph(), ours.weights(), 1e-3f, .9f)) {
                        Tensor input = manifest.input(values, 0, batch);
                        Tensor targets = targets(batch);
                        List<Step> steps = new ArrayList<>(List.of(ours::next, theirs::next));
                        if (optimizer instanceof Optimizer.Sgd) {
                            steps.add(() -> autograd.step(input, targets));
                        }
                        String name = optimizer.name() + "Batch" + batch;
                        figures.set(name, compare(steps, training, ours, rounds));
                        System.err.println(name + " done");
                    }
                }
            }
        }
        ResultFile.write(
                Path.of(args[2]), "benchmarks/run.sh training (threads " + threads + ")", figures);
    }

    private static Training training(
            ModelManifest manifest, LabelledRows rows, Optimizer optimizer, int batch) {
        return new Training(
                manifest.graph().digest(),
                Digest.sha256(new byte[0]),
                rows.count(),
                1,
                1,
                optimizer,
                Training.MAX_STEPS,
                batch,
                Training.MAX_STEPS,
                EngineName.EXACT);
    }

    /** Any class for each row: the time does not depend on which. */
    private static Tensor targets(int batch) {
        float[] targets = new float[batch * 10];
        for (int row = 0; row < batch; row++) {
            targets[row * 10 + row % 10] = 1;
        }
        return Tensor.of(Shape.of(batch, 10), targets);
    }

    private static ObjectNode compare(
            List<Step> steps, Training training, TrainingRun exact, int rounds)
            throws EngineException, ModelException {
        double[][] rates = new double[steps.size()][rounds];
        double[] checkpoints = new double[rounds];
        for (Step step : steps) {
            for (int i = 0; i < WARM_ROUNDS; i++) {
                rate(step);
            }
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < steps.size(); i++) {
                rates[i][round] = rate(steps.get(i));
            }
            checkpoints[round] = checkpointMillis(training, exact);
        }
        ObjectNode json =
                CanonicalJson.object()
                        .put("exactStepsPerSecond", median(rates[0]))
                        .put("pytorchStepsPerSecond", median(rates[1]))
                        .put("exactOverPytorch", median(ratios(rates[0], rates[1])));
        if (steps.size() > 2) {
            json.put("autogradStepsPerSecond", median(rates[2]))
                    .put("exactOverAutograd", median(ratios(rates[0], rates[2])));
        }
        return json.put("checkpointMillis", median(checkpoints));
    }

    private static double median(double[] values) {
        return ResultFile.rounded(ResultFile.median(values));
    }

    /** Round by round: neighbours in time shared the machine's mood. */
    private static double[] ratios(double[] a, double[] b) {
        double[] ratios = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            ratios[i] = a[i] / b[i];
        }
        return ratios;
    }

    private interface Step {
        float run() throws EngineException, ModelException;
    }

    /** Steps a second over about {@link #ROUND_SECONDS}. */
    private static double rate(Step step) throws EngineException, ModelException {
        long began = System.nanoTime();
        long limit = (long) (ROUND_SECONDS * 1e9);
        int steps = 0;
        while (System.nanoTime() - began < limit) {
            step.run();
            steps++;
        }
        return steps * 1e9 / (System.nanoTime() - began);
    }

    /** Milliseconds to make a checkpoint and its digest, without storing it. */
    private static double checkpointMillis(Training training, TrainingRun run)
            throws ModelException {
        long began = System.nanoTime();
        TrainingCheckpoint.of(training, run.state());
        return (System.nanoTime() - began) / 1e6;
    }
}
