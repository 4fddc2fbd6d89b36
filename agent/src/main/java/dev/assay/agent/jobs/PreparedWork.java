package dev.assay.agent.jobs;

import dev.assay.models.ModelException;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.lease.Cause;
import dev.assay.runtime.host.ProcessProbe;
import dev.assay.runtime.inference.InferenceRun;
import dev.assay.runtime.runner.RunnerEngine;

/** Everything an attempt needs to run, opened and checked; closing it ends the engine. */
record PreparedWork(ModelPackage model, Tensor rows, Engine engine, LoadedModel loaded)
        implements AutoCloseable {
    /** Fetches and checks the blobs, opens the engine and loads the model. */
    static PreparedWork prepare(JobSpec spec, Workplace workplace, Cancellation cancellation)
            throws AttemptFailure {
        Inference work = spec.inference();
        ModelPackage model;
        Tensor rows;
        try {
            model = ModelPackage.open(workplace.blobs(), work.model());
            rows = model.manifest().rows().read(workplace.blobs().file(work.input())).values();
        } catch (BlobException e) {
            throw new AttemptFailure(cause(e.code()), e.getMessage(), e);
        } catch (ModelException e) {
            throw new AttemptFailure(Cause.BAD_INPUT, e.getMessage(), e);
        }
        cancellation.check();
        return load(spec, workplace, cancellation, model, rows);
    }

    private static PreparedWork load(
            JobSpec spec,
            Workplace workplace,
            Cancellation cancellation,
            ModelPackage model,
            Tensor rows)
            throws AttemptFailure {
        Engine engine;
        try {
            engine = workplace.engines().open(spec.inference().engine(), spec.resources().cpu());
        } catch (EngineException e) {
            throw failure(e);
        }
        if (engine instanceof RunnerEngine runner) {
            cancellation.onRequest(runner::close);
        }
        try {
            return new PreparedWork(model, rows, engine, engine.load(model));
        } catch (EngineException e) {
            engine.close();
            throw failure(e);
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    InferenceRun start(Inference work) throws AttemptFailure {
        try {
            return new InferenceRun(loaded, model.manifest(), rows, work);
        } catch (EngineException e) {
            throw failure(e);
        }
    }

    /**
     * What the attempt's usage is read from: its runner process, or this one when the engine has
     * none.
     */
    ProcessProbe probe() {
        return engine instanceof RunnerEngine runner
                ? ProcessProbe.of(runner.pid())
                : ProcessProbe.ofThisProcess();
    }

    static AttemptFailure failure(EngineException e) {
        Cause cause =
                switch (e.code()) {
                    case BAD_INPUT, UNSUPPORTED -> Cause.BAD_INPUT;
                    case RUNNER_LOST -> Cause.RUNNER_LOST;
                    case UNAVAILABLE, FAILED -> Cause.ENGINE;
                };
        return new AttemptFailure(cause, e.getMessage(), e);
    }

    private static Cause cause(BlobException.Code code) {
        return switch (code) {
            case MISSING, DIGEST_MISMATCH -> Cause.BLOB;
            case TOO_LARGE -> Cause.BAD_INPUT;
            case IO -> Cause.STORAGE;
        };
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
