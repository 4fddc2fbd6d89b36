package dev.assay.runtime.runner;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.tensor.Tensor;

import java.time.Duration;
import java.util.List;

/** A TorchScript model that is loaded in a runner. */
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
            case Message.Result result -> result.outputs();
            case Message.Failed failed -> throw RunnerEngine.failure(failed);
            case Message other -> throw RunnerEngine.unexpected(other);
        };
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
