package dev.assay.runtime.runner;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import java.time.Duration;
import java.util.List;

/** A TorchScript model that is loaded in a runner: one row of numbers for each row given. */
final class RunnerScript implements LoadedModel {
    private final RunnerProcess runner;
    private final int model;
    private final Duration runLimit;

    RunnerScript(RunnerProcess runner, int model, Duration runLimit) {
        this.runner = runner;
        this.model = model;
        this.runLimit = runLimit;
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, Trace trace) throws EngineException {
        boolean traced = !trace.equals(Trace.OFF);
        return switch (runner.ask(new Message.Run(model, traced, inputs), runLimit)) {
            case Message.Result result -> {
                check(result.outputs(), inputs.getFirst().shape().dim(0));
                yield result.outputs();
            }
            case Message.Failed failed -> throw RunnerEngine.failure(failed);
            case Message other -> throw RunnerEngine.unexpected(other);
        };
    }

    private static void check(List<Tensor> outputs, int rows) throws EngineException {
        if (outputs.size() != 1 || !isTable(outputs.getFirst().shape(), rows)) {
            throw new EngineException(
                    Code.BAD_INPUT,
                    "the TorchScript model yields "
                            + outputs
                            + " for "
                            + rows
                            + " rows; let it end in one tensor of ["
                            + rows
                            + ", columns]");
        }
    }

    private static boolean isTable(Shape shape, int rows) {
        return shape.rank() == 2 && shape.dim(0) == rows;
    }

    @Override
    public void close() {
        unload(runner, model, runLimit);
    }

    /** Frees a model in its runner; one that is lost has freed it already. */
    static void unload(RunnerProcess runner, int model, Duration limit) {
        try {
            runner.ask(new Message.Unload(model), limit);
        } catch (EngineException e) {
            if (e.code() != Code.RUNNER_LOST && e.code() != Code.MEMORY_LIMIT) {
                throw new IllegalStateException("a model cannot be unloaded", e);
            }
        }
    }
}
