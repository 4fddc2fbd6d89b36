package dev.assay.benchmarks.digits;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.models.ModelException;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.pytorch.PyTorchEngine;
import dev.assay.verification.attest.UnitCommitments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code builtin:digits}, rows a second: the exact engine against DJL/PyTorch in one process, in
 * alternating rounds; what unit commitments and the full trace add to the exact engine. Arguments:
 * threads, rounds, result file.
 */
public final class DigitsComparison {
    private static final int[] BATCHES = {1, 64, 1024};
    private static final double ROUND_SECONDS = 0.7;

    private DigitsComparison() {}

    public static void main(String[] args)
            throws IOException, BlobException, ModelException, EngineException {
        int threads = Integer.parseInt(args[0]);
        int rounds = Integer.parseInt(args[1]);
        Path scratch = Files.createTempDirectory("assay-benchmark");
        BlobStore blobs = BlobStore.open(scratch.resolve("blobs"));
        ModelPackage model =
                ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs));
        Tensor rows = model.manifest().rows().read(Path.of("examples/digits.csv")).values();
        ObjectNode figures = CanonicalJson.object().put("threads", threads).put("rounds", rounds);
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assay-benchmark");
        try (Engine exact = new ExactEngine(threads);
                Engine pytorch = PyTorchEngine.start(cache, threads);
                LoadedModel exactModel = exact.load(model);
                LoadedModel pytorchModel = pytorch.load(model)) {
            for (int batch : BATCHES) {
                Tensor input = model.manifest().input(rows, 0, batch);
                figures.set(
                        "batch" + batch, compare(exactModel, pytorchModel, input, batch, rounds));
            }
        }
        ResultFile.write(
                Path.of(args[2]), "benchmarks/run.sh digits (threads " + threads + ")", figures);
    }

    private static ObjectNode compare(
            LoadedModel exact, LoadedModel pytorch, Tensor input, int batch, int rounds)
            throws EngineException {
        Step exactStep = () -> exact.run(input);
        Step pytorchStep = () -> pytorch.run(input);
        Trace trace = (_, _) -> {};
        Step traced = () -> exact.run(List.of(input), trace).getFirst();
        List<Step> steps = List.of(exactStep, pytorchStep, traced);
        Tensor output = exactStep.run();
        Runnable commitment = commitment(output, batch);
        double[] commitmentShares = new double[rounds];
        double[][] rates = new double[steps.size()][rounds];
        for (Step step : steps) {
            rate(step);
        }
        seconds(commitment);
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < steps.size(); i++) {
                rates[i][round] = rate(steps.get(i));
            }
            commitmentShares[round] = seconds(commitment) * rates[0][round] / batch;
        }
        double exactRate = ResultFile.median(rates[0]);
        return CanonicalJson.object()
                .put("exactRowsPerSecond", ResultFile.rounded(exactRate))
                .put("pytorchRowsPerSecond", ResultFile.rounded(ResultFile.median(rates[1])))
                .put("exactOverPytorch", ResultFile.rounded(ratio(rates[0], rates[1])))
                .put("unitCommitmentShare", ResultFile.rounded(ResultFile.median(commitmentShares)))
                .put("traceShare", ResultFile.rounded(ratio(rates[0], rates[2]) - 1));
    }

    /**
     * The digest of a unit's output, and its leaf in the tree: what committing to a unit adds to
     * computing it. It is timed alone, because the difference of two long times would drown it.
     */
    private static Runnable commitment(Tensor output, int batch) {
        Inference endless =
                new Inference(
                        Digest.sha256(new byte[0]),
                        Digest.sha256(new byte[0]),
                        Integer.MAX_VALUE,
                        EngineName.EXACT,
                        batch);
        UnitCommitments[] commitments = {new UnitCommitments(endless)};
        return () -> {
            if (commitments[0].units() == endless.units()) {
                commitments[0] = new UnitCommitments(endless);
            }
            commitments[0].add(output.digest());
        };
    }

    /** Seconds that one run takes, over about {@link #ROUND_SECONDS}. */
    private static double seconds(Runnable step) {
        long began = System.nanoTime();
        long limit = (long) (ROUND_SECONDS * 1e9);
        long runs = 0;
        while (System.nanoTime() - began < limit) {
            step.run();
            runs++;
        }
        return (System.nanoTime() - began) / 1e9 / runs;
    }

    private interface Step {
        Tensor run() throws EngineException;
    }

    /** Rows a second over about {@link #ROUND_SECONDS}. */
    private static double rate(Step step) throws EngineException {
        long began = System.nanoTime();
        long limit = (long) (ROUND_SECONDS * 1e9);
        long rows = 0;
        while (System.nanoTime() - began < limit) {
            rows += step.run().shape().dim(0);
        }
        return rows * 1e9 / (System.nanoTime() - began);
    }

    /** The median of the rounds' ratios: neighbours in time shared the machine's mood. */
    private static double ratio(double[] a, double[] b) {
        double[] ratios = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            ratios[i] = a[i] / b[i];
        }
        return ResultFile.median(ratios);
    }
}
