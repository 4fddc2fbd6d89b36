package dev.assay.agent.jobs;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.Training;
import dev.assay.runtime.host.ProcessProbe;
import dev.assay.verification.statement.ResultPredicate.Build;

/**
 * The work of an attempt, prepared to run unit by unit; closing it ends whatever runs. Used by one
 * thread, but for what {@link #processes} returns.
 */
sealed interface Execution extends AutoCloseable
        permits InferenceExecution, TrainingExecution, ContainerExecution {
    /** Fetches and checks what the work needs, and opens what runs it. */
    static Execution prepare(Assignment assignment, Workplace workplace, Cancellation cancellation)
            throws AttemptFailure {
        return switch (assignment.spec().work()) {
            case Inference work ->
                    InferenceExecution.prepare(
                            work, assignment.spec().resources(), workplace, cancellation);
            case Training work ->
                    TrainingExecution.prepare(
                            work, assignment.spec().resources(), workplace, cancellation);
            case Container work ->
                    ContainerExecution.prepare(work, assignment, workplace, cancellation);
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
