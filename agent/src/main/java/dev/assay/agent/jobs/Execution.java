package dev.assay.agent.jobs;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.Training;
import dev.assay.runtime.host.UsageSample;
import dev.assay.verification.statement.ResultPredicate.Build;

import java.util.List;
import java.util.function.Supplier;

/**
 * The work of an attempt, prepared to run unit by unit; closing it ends whatever runs. Used by one
 * thread, but for {@link #meter}.
 */
sealed interface Execution extends AutoCloseable
        permits InferenceExecution, TrainingExecution, ContainerExecution {
    /**
     * Fetches and checks what the work needs, and opens what runs it.
     *
     * @param finished what the result commits to for the units that an earlier process finished
     * @param live told what the tenant sees meanwhile
     * @param shells told where containers run
     */
    static Execution prepare(
            Assignment assignment,
            Workplace workplace,
            Cancellation cancellation,
            List<Digest> finished,
            Live live,
            Shells shells)
            throws AttemptFailure {
        return switch (assignment.spec().work()) {
            case Inference work ->
                    InferenceExecution.prepare(
                            work, assignment.spec().resources(), workplace, cancellation);
            case Training work ->
                    TrainingExecution.prepare(
                            work, assignment.spec().resources(), workplace, cancellation);
            case Container work ->
                    ContainerExecution.prepare(
                            work, assignment, workplace, cancellation, finished, live, shells);
        };
    }

    /** Starts to meter: what the work has used since then, whenever it is asked. Thread-safe. */
    Supplier<UsageSample> meter();

    /** Runs the next unit; returns what the result commits to for it. */
    Digest next() throws AttemptFailure;

    /** Stores the output of all units; returns its blob. */
    Digest store() throws AttemptFailure;

    /** What was run. */
    Build build();

    @Override
    void close();
}
