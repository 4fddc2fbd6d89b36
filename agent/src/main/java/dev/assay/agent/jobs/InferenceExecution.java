package dev.assay.agent.jobs;

import dev.assay.models.ModelException;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.PackagedModel;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.pack.ScriptPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Progress;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.host.ProcessProbe;
import dev.assay.runtime.inference.InferenceRun;
import dev.assay.runtime.runner.RunnerEngine;
import dev.assay.verification.check.InferenceContents;
import dev.assay.verification.statement.ResultPredicate.InferenceBuild;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** An inference: blobs fetched and checked, engine opened, model loaded. */
final class InferenceExecution implements Execution {
    private final Inference work;
    private final BlobStore blobs;
    private final PackagedModel model;
    private final Tensor rows;
    private final Engine engine;
    private final LoadedModel loaded;
    private final Live live;
    private @Nullable InferenceRun run;

    private InferenceExecution(
            Inference work,
            BlobStore blobs,
            PackagedModel model,
            Tensor rows,
            Engine engine,
            LoadedModel loaded,
            Live live) {
        this.work = work;
        this.blobs = blobs;
        this.model = model;
        this.rows = rows;
        this.engine = engine;
        this.loaded = loaded;
        this.live = live;
    }

    static InferenceExecution prepare(
            Inference work,
            Assignment assignment,
            Workplace workplace,
            Cancellation cancellation,
            List<Digest> finished,
            List<GpuId> gpus,
            Live live)
            throws AttemptFailure {
        InferenceExecution execution =
                open(work, assignment.spec().resources(), workplace, cancellation, gpus, live);
        try {
            execution.repeat(finished, cancellation);
            return execution;
        } catch (AttemptFailure | RuntimeException | Error e) {
            execution.close();
            throw e;
        }
    }

    /**
     * Runs finished units again: of an earlier process only the digests are left, and they hold.
     */
    private void repeat(List<Digest> finished, Cancellation cancellation) throws AttemptFailure {
        for (int unit = 0; unit < finished.size(); unit++) {
            cancellation.check();
            Digest again = compute();
            if (!again.equals(finished.get(unit))) {
                throw new AttemptFailure(
                        Cause.AGENT_RESTARTED,
                        "unit "
                                + unit
                                + " was "
                                + finished.get(unit)
                                + " before the agent was restarted and is "
                                + again
                                + " now");
            }
        }
    }

    private static InferenceExecution open(
            Inference work,
            Resources resources,
            Workplace workplace,
            Cancellation cancellation,
            List<GpuId> gpus,
            Live live)
            throws AttemptFailure {
        PackagedModel model;
        Tensor rows;
        try {
            model = PackagedModel.open(workplace.blobs(), work.model());
            rows = model.manifest().rows().read(workplace.blobs().file(work.input())).values();
        } catch (BlobException e) {
            throw failure(e);
        } catch (ModelException e) {
            throw new AttemptFailure(Cause.BAD_INPUT, e.getMessage(), e);
        }
        cancellation.check();
        Engine engine;
        try {
            engine = workplace.engines().open(work.engine(), resources, gpus);
        } catch (EngineException e) {
            throw failure(e);
        }
        if (engine instanceof RunnerEngine runner) {
            cancellation.onRequest(runner::close);
        }
        try {
            return new InferenceExecution(
                    work, workplace.blobs(), model, rows, engine, load(engine, model), live);
        } catch (EngineException e) {
            engine.close();
            throw failure(e, model);
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    private static LoadedModel load(Engine engine, PackagedModel model) throws EngineException {
        return switch (model) {
            case ModelPackage graph -> engine.load(graph);
            case ScriptPackage script -> engine.load(script);
        };
    }

    /** Usage is read from the runner process, or from this one when the engine has none. */
    @Override
    public ProcessProbe processes() {
        return engine instanceof RunnerEngine runner
                ? ProcessProbe.ofTree(runner.pid())
                : ProcessProbe.ofThisProcess();
    }

    @Override
    public Digest next() throws AttemptFailure {
        Digest output = compute();
        live.progress(Progress.of(work, Objects.requireNonNull(run).units()));
        return output;
    }

    private Digest compute() throws AttemptFailure {
        try {
            if (run == null) {
                run = new InferenceRun(loaded, model.manifest(), rows, work);
            }
            return run.next().digest();
        } catch (EngineException e) {
            throw failure(e, model);
        }
    }

    @Override
    public Digest store() throws AttemptFailure {
        try {
            return blobs.put(
                    Safetensors.write(
                            Map.of(
                                    InferenceContents.OUTPUT_TENSOR,
                                    Objects.requireNonNull(run).output())));
        } catch (BlobException e) {
            throw new AttemptFailure(Cause.STORAGE, e.getMessage(), e);
        }
    }

    @Override
    public InferenceBuild build() {
        return new InferenceBuild(
                work.model(), work.input(), work.engine(), model.manifest().program());
    }

    /** A runner that ends while it runs the tenant's own program is ended by that. */
    private static AttemptFailure failure(EngineException e, PackagedModel model) {
        if (model instanceof ScriptPackage && e.code() == EngineException.Code.RUNNER_LOST) {
            return new AttemptFailure(
                    Cause.BAD_INPUT,
                    "the TorchScript model '"
                            + model.manifest().name()
                            + "' ended its runner; try it on your own machine: "
                            + e.getMessage(),
                    e);
        }
        return failure(e);
    }

    static AttemptFailure failure(EngineException e) {
        Cause cause =
                switch (e.code()) {
                    case BAD_INPUT, UNSUPPORTED, MEMORY_LIMIT -> Cause.BAD_INPUT;
                    case RUNNER_LOST -> Cause.RUNNER_LOST;
                    case UNAVAILABLE, FAILED -> Cause.ENGINE;
                };
        return new AttemptFailure(cause, e.getMessage(), e);
    }

    static AttemptFailure failure(BlobException e) {
        Cause cause =
                switch (e.code()) {
                    case MISSING, DIGEST_MISMATCH -> Cause.BLOB;
                    case TOO_LARGE -> Cause.BAD_INPUT;
                    case IO -> Cause.STORAGE;
                };
        return new AttemptFailure(cause, e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            loaded.close();
        } finally {
            engine.close();
        }
    }
}
