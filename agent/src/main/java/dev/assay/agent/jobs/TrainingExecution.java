package dev.assay.agent.jobs;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.training.LabelledRows;
import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.models.training.TrainingRun;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.TrainingResult;
import dev.assay.protocol.lease.Cause;
import dev.assay.protocol.market.Progress;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.host.ProcessProbe;
import dev.assay.runtime.runner.RunnerEngine;
import dev.assay.verification.statement.ResultPredicate.TrainingBuild;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A training in this process or in a runner: dataset read, step graph loaded. Each unit ends in a
 * training checkpoint, which is stored before it is committed to.
 */
final class TrainingExecution implements Execution {
    private final Training work;
    private final BlobStore blobs;
    private final ModelManifest model;
    private final Engine engine;
    private final TrainingRun run;
    private final Cancellation cancellation;
    private final Live live;
    private final List<Digest> checkpoints = new ArrayList<>();

    private TrainingExecution(
            Training work,
            BlobStore blobs,
            ModelManifest model,
            Engine engine,
            TrainingRun run,
            List<Digest> finished,
            Cancellation cancellation,
            Live live) {
        this.work = work;
        this.blobs = blobs;
        this.model = model;
        this.engine = engine;
        this.run = run;
        this.checkpoints.addAll(finished);
        this.cancellation = cancellation;
        this.live = live;
    }

    static TrainingExecution prepare(
            Training work,
            Assignment assignment,
            Workplace workplace,
            Cancellation cancellation,
            List<Digest> finished,
            List<GpuId> gpus,
            Live live)
            throws AttemptFailure {
        Engine engine;
        try {
            engine = workplace.engines().open(work.engine(), assignment.spec().resources(), gpus);
        } catch (EngineException e) {
            throw InferenceExecution.failure(e);
        }
        if (engine instanceof RunnerEngine runner) {
            cancellation.onRequest(runner::close);
        }
        try {
            ModelManifest model = ModelPackage.open(workplace.blobs(), work.model()).manifest();
            LabelledRows dataset =
                    LabelledRows.of(
                            model.rows().read(workplace.blobs().file(work.dataset())), model);
            cancellation.check();
            TrainingRun run =
                    finished.isEmpty()
                            ? TrainingRun.begin(work, model, dataset, engine)
                            : TrainingRun.resume(
                                    work,
                                    model,
                                    dataset,
                                    engine,
                                    last(work, workplace.blobs(), model, finished));
            return new TrainingExecution(
                    work, workplace.blobs(), model, engine, run, finished, cancellation, live);
        } catch (BlobException e) {
            engine.close();
            throw InferenceExecution.failure(e);
        } catch (ModelException e) {
            engine.close();
            throw new AttemptFailure(Cause.BAD_INPUT, e.getMessage(), e);
        } catch (EngineException e) {
            engine.close();
            throw InferenceExecution.failure(e);
        } catch (AttemptFailure | RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    /** Where an earlier process stood when it finished its last unit. */
    private static TrainingState last(
            Training work, BlobStore blobs, ModelManifest model, List<Digest> finished)
            throws ModelException, AttemptFailure {
        TrainingStep step = TrainingStep.of(model.graph(), work.optimizer());
        Digest digest = finished.getLast();
        try {
            TrainingState state = TrainingCheckpoint.read(digest, blobs, work, step).state();
            if (state.step() == work.firstStep(finished.size())) {
                return state;
            }
            throw new AttemptFailure(
                    Cause.AGENT_RESTARTED,
                    "training checkpoint " + digest + " is of step " + state.step());
        } catch (BlobException e) {
            throw new AttemptFailure(
                    Cause.AGENT_RESTARTED,
                    "the training cannot go on from its last checkpoint: " + e.getMessage(),
                    e);
        }
    }

    /** Usage is read from the runner process, or from this one when the engine has none. */
    @Override
    public ProcessProbe processes() {
        return engine instanceof RunnerEngine runner
                ? ProcessProbe.ofTree(runner.pid())
                : ProcessProbe.ofThisProcess();
    }

    /** A training that diverges is its tenant's: its hyper-parameters are. */
    @Override
    public Digest next() throws AttemptFailure {
        try {
            for (int step = 0; step < work.stepsIn(checkpoints.size()); step++) {
                cancellation.check();
                float loss = run.next();
                live.progress(new Progress(run.state().step(), work.steps(), Optional.of(loss)));
            }
            TrainingCheckpoint checkpoint = run.checkpoint();
            checkpoints.add(checkpoint.store(blobs));
            return checkpoint.digest();
        } catch (ModelException e) {
            throw new AttemptFailure(Cause.BAD_INPUT, e.getMessage(), e);
        } catch (EngineException e) {
            throw InferenceExecution.failure(e);
        } catch (BlobException e) {
            throw InferenceExecution.failure(e);
        }
    }

    @Override
    public Digest store() throws AttemptFailure {
        try {
            return blobs.put(new TrainingResult(checkpoints).bytes());
        } catch (BlobException e) {
            throw InferenceExecution.failure(e);
        }
    }

    @Override
    public TrainingBuild build() {
        return new TrainingBuild(
                work.model(), work.dataset(), work.engine(), model.graph().digest());
    }

    @Override
    public void close() {
        try {
            run.close();
        } finally {
            engine.close();
        }
    }
}
