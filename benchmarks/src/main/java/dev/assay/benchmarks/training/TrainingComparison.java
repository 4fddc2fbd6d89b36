package dev.assay.benchmarks.training;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.models.ModelException;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.training.LabelledRows;
import dev.assay.models.training.TrainingRun;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.pytorch.PyTorchEngine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Training {@code builtin:digits} from a seed, steps a second: the same step graph on the exact
 * engine and on DJL/PyTorch in one process, in alternating rounds; and what a checkpoint costs.
 * Arguments: threads, rounds, result file.
 */
public final class TrainingComparison {
    private static final int[] BATCHES = {16, 64, 256};
    private static final double ROUND_SECONDS = 1;

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
        LabelledRows rows = LabelledRows.of(manifest.rows().read(csv), manifest);
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
                                    TrainingRun.begin(training, manifest, rows, pytorch)) {
                        figures.set(
                                optimizer.name() + "Batch" + batch, compare(ours, theirs, rounds));
                    }
                }
            }
        }
        ResultFile.write(
                Path.of(args[2]), "benchmarks/run.sh training (threads " + threads + ")", figures);
    }

    /** A checkpoint after every step is allowed, so that taking one can be timed anywhere. */
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
                1,
                EngineName.EXACT);
    }

    private static ObjectNode compare(TrainingRun exact, TrainingRun pytorch, int rounds)
            throws EngineException, ModelException {
        double[][] rates = new double[2][rounds];
        double[] ratios = new double[rounds];
        double[] checkpoints = new double[rounds];
        rate(exact);
        rate(pytorch);
        for (int round = 0; round < rounds; round++) {
            rates[0][round] = rate(exact);
            rates[1][round] = rate(pytorch);
            ratios[round] = rates[0][round] / rates[1][round];
            checkpoints[round] = checkpointMillis(exact);
        }
        return CanonicalJson.object()
                .put("exactStepsPerSecond", ResultFile.rounded(ResultFile.median(rates[0])))
                .put("pytorchStepsPerSecond", ResultFile.rounded(ResultFile.median(rates[1])))
                .put("exactOverPytorch", ResultFile.rounded(ResultFile.median(ratios)))
                .put("checkpointMillis", ResultFile.rounded(ResultFile.median(checkpoints)));
    }

    /** Steps a second over about {@link #ROUND_SECONDS}. */
    private static double rate(TrainingRun run) throws EngineException {
        long began = System.nanoTime();
        long limit = (long) (ROUND_SECONDS * 1e9);
        int first = run.state().step();
        while (System.nanoTime() - began < limit) {
            run.next();
        }
        return (run.state().step() - first) * 1e9 / (System.nanoTime() - began);
    }

    /** Milliseconds to make a checkpoint and its digest, without storing it. */
    private static double checkpointMillis(TrainingRun run) throws ModelException {
        long began = System.nanoTime();
        run.checkpoint();
        return (System.nanoTime() - began) / 1e6;
    }
}
