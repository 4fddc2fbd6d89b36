package dev.assay.benchmarks.runner;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.models.ModelException;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.pytorch.PyTorchEngine;
import dev.assay.runtime.runner.RunnerEngine;
import dev.assay.runtime.runner.RunnerPool;
import dev.assay.runtime.runner.RunnerSettings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code builtin:digits} on PyTorch in a runner against PyTorch in this process, rows a second in
 * alternating rounds; and how long a job waits for its first row, from a runner that waits in the
 * pool and from one that is started for it. Arguments: threads, rounds, result file.
 */
public final class RunnerComparison {
    private static final int[] BATCHES = {1, 256, 1024};
    private static final double ROUND_SECONDS = 0.7;
    private static final long MEMORY_BYTES = 1L << 30;
    private static final long POLL_MILLIS = 20;

    private final ModelPackage model;
    private final Tensor rows;
    private final int threads;
    private final int rounds;
    private final RunnerSettings settings;

    private RunnerComparison(
            ModelPackage model, Tensor rows, int threads, int rounds, RunnerSettings settings) {
        this.model = model;
        this.rows = rows;
        this.threads = threads;
        this.rounds = rounds;
        this.settings = settings;
    }

    public static void main(String[] args)
            throws IOException,
                    BlobException,
                    ModelException,
                    EngineException,
                    InterruptedException {
        int threads = Integer.parseInt(args[0]);
        int rounds = Integer.parseInt(args[1]);
        Path scratch = Files.createTempDirectory("assay-benchmark");
        BlobStore blobs = BlobStore.open(scratch.resolve("blobs"));
        ModelPackage model =
                ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs));
        Tensor rows = model.manifest().rows().read(Path.of("examples/digits.csv")).values();
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assay-benchmark");
        RunnerComparison comparison =
                new RunnerComparison(
                        model,
                        rows,
                        threads,
                        rounds,
                        RunnerSettings.of("benchmark", cache, threads));
        ObjectNode figures = CanonicalJson.object().put("threads", threads).put("rounds", rounds);
        figures.set("firstRowMillis", comparison.firstRows());
        figures.set("throughput", comparison.throughput(cache));
        ResultFile.write(
                Path.of(args[2]), "benchmarks/run.sh runner (threads " + threads + ")", figures);
    }

    // ---- first row ---------------------------------------------------------------------------

    private ObjectNode firstRows() throws EngineException, InterruptedException {
        double[] warm = new double[rounds];
        double[] cold = new double[rounds];
        try (RunnerPool pool = new RunnerPool(settings, 1)) {
            for (int round = 0; round < rounds; round++) {
                cold[round] = firstRow(pool);
                pool.fill();
                while (pool.ready() == 0) {
                    Thread.sleep(POLL_MILLIS);
                }
                warm[round] = firstRow(pool);
            }
        }
        return CanonicalJson.object()
                .put("fromThePool", ResultFile.rounded(ResultFile.median(warm)))
                .put("fromThePoolSlowest", ResultFile.rounded(slowest(warm)))
                .put("started", ResultFile.rounded(ResultFile.median(cold)));
    }

    /** Milliseconds until the first row of a job is there. */
    private double firstRow(RunnerPool pool) throws EngineException {
        Tensor row = model.manifest().input(rows, 0, 1);
        long began = System.nanoTime();
        try (RunnerEngine engine = pool.take(threads, MEMORY_BYTES, List.of());
                LoadedModel loaded = engine.load(model)) {
            loaded.run(row);
            return (System.nanoTime() - began) / 1e6;
        }
    }

    private static double slowest(double[] values) {
        double slowest = 0;
        for (double value : values) {
            slowest = Math.max(slowest, value);
        }
        return slowest;
    }

    // ---- throughput --------------------------------------------------------------------------

    private ObjectNode throughput(Path cache) throws EngineException {
        ObjectNode figures = CanonicalJson.object();
        try (Engine here = PyTorchEngine.start(cache, threads);
                Engine there = RunnerEngine.start(settings);
                LoadedModel local = here.load(model);
                LoadedModel remote = there.load(model)) {
            for (int batch : BATCHES) {
                figures.set("batch" + batch, compare(local, remote, batch));
            }
        }
        return figures;
    }

    private ObjectNode compare(LoadedModel local, LoadedModel remote, int batch)
            throws EngineException {
        Tensor input = model.manifest().input(rows, 0, batch);
        if (!local.run(input).sameBits(remote.run(input))) {
            throw new IllegalStateException("the two do not compute the same");
        }
        double[] inProcess = new double[rounds];
        double[] inRunner = new double[rounds];
        double[] ratios = new double[rounds];
        rate(local, input);
        rate(remote, input);
        for (int round = 0; round < rounds; round++) {
            inProcess[round] = rate(local, input);
            inRunner[round] = rate(remote, input);
            ratios[round] = inRunner[round] / inProcess[round];
        }
        return CanonicalJson.object()
                .put("inProcessRowsPerSecond", ResultFile.rounded(ResultFile.median(inProcess)))
                .put("runnerRowsPerSecond", ResultFile.rounded(ResultFile.median(inRunner)))
                .put("runnerOverInProcess", ResultFile.rounded(ResultFile.median(ratios)));
    }

    /** Rows a second over about {@link #ROUND_SECONDS}. */
    private static double rate(LoadedModel model, Tensor input) throws EngineException {
        long began = System.nanoTime();
        long limit = (long) (ROUND_SECONDS * 1e9);
        long done = 0;
        while (System.nanoTime() - began < limit) {
            done += model.run(input).shape().dim(0);
        }
        return done * 1e9 / (System.nanoTime() - began);
    }
}
