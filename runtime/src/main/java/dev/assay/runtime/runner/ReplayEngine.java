package dev.assay.runtime.runner;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.ScriptPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.runtime.exact.ExactEngine;

import java.util.List;
import java.util.Map;

/**
 * What an auditor replays on: graphs on the exact engine, in this process; each TorchScript model
 * in a runner of its own, started when it is loaded and ended when it is closed.
 */
public final class ReplayEngine implements Engine {
    private final ExactEngine exact;
    private final Runners runners;

    /** Starts a runner for a replay; the engine closes it. */
    @FunctionalInterface
    public interface Runners {
        RunnerEngine start() throws EngineException;
    }

    /**
     * An engine that has started nothing yet.
     *
     * @param threads of the exact engine
     */
    public ReplayEngine(int threads, Runners runners) {
        this.exact = new ExactEngine(threads);
        this.runners = runners;
    }

    @Override
    public String name() {
        return exact.name();
    }

    @Override
    public LoadedModel load(ModelPackage model) throws EngineException {
        return exact.load(model);
    }

    @Override
    public LoadedModel load(Graph graph, Map<String, Tensor> parameters) throws EngineException {
        return exact.load(graph, parameters);
    }

    @Override
    public LoadedModel load(ScriptPackage script) throws EngineException {
        RunnerEngine runner = runners.start();
        try {
            return new InOwnRunner(runner, runner.load(script));
        } catch (EngineException | RuntimeException | Error e) {
            runner.close();
            throw e;
        }
    }

    private record InOwnRunner(RunnerEngine runner, LoadedModel model) implements LoadedModel {
        @Override
        public List<Tensor> run(List<Tensor> inputs, Trace trace) throws EngineException {
            return model.run(inputs, trace);
        }

        @Override
        public void close() {
            try {
                model.close();
            } finally {
                runner.close();
            }
        }
    }

    @Override
    public void close() {
        exact.close();
    }
}
