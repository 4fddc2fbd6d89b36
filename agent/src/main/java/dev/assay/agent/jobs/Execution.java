package dev.assay.agent.jobs;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.Training;
import dev.assay.runtime.device.GpuId;
import dev.assay.runtime.host.ProcessProbe;
import dev.assay.verification.statement.ResultPredicate.Build;

import java.util.List;

/**
 * The work of an attempt, prepared to run unit by unit; closing it ends whatever runs. Used by one
 * thread, but for what {@link #processes} returns.
 */
sealed interface Execution extends AutoCloseable
        permits InferenceExecution, TrainingExecution, ContainerExecution {
    /**
     * Fetches and checks what the work needs, and opens what runs it.
     *
     * @param finished what was committed to for the units that an earlier process finished; {@link
     *     #next} goes on after them
     * @param gpus what the attempt has claimed; the work sees no others
     * @param live told what the tenant sees meanwhile
     * @param shells told where containers run
     */
    static Execution prepare(
            Assignment assignment,
            Workplace workplace,
            Cancellation cancellation,
            List<Digest> finished,
            List<GpuId> gpus,
            Live live,
            Shells shells)
            throws AttemptFailure {
        return switch (assignment.spec().work()) {
            case Inference work ->
                    InferenceExecution.prepare(
                            work, assignment, workplace, cancellation, finished, gpus, live);
            case Training work ->
                    TrainingExecution.prepare(
                            work, assignment, workplace, cancellation, finished, gpus, live);
            case Container work ->
                    ContainerExecution.prepare(
                            work,
                            assignment,
                            workplace,
                            cancellation,
                            finished,
                            gpus,
                            live,
                            shells);
        };
    }

    /** What is metered: the usage of the processes that the work runs in. Thread-safe. */
    ProcessProbe processes();

    /** Runs the next unit; returns what the result commits to for it. */
    Digest next() throws AttemptFailure;

    /** Stores the output of all units; returns its blob. */
    Digest store() throws AttemptFailure;

    /** What was run. */
    Build build();

    @Override
    void close();
}
