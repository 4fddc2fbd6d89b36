package dev.assay.runtime.runner;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Node;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/** A model that is loaded in a runner. */
final class RunnerModel implements LoadedModel {
    private final RunnerProcess runner;
    private final int model;
    private final Graph graph;
    private final Duration runLimit;

    RunnerModel(RunnerProcess runner, int model, Graph graph, Duration runLimit) {
        this.runner = runner;
        this.model = model;
        this.graph = graph;
        this.runLimit = runLimit;
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, Trace trace) throws EngineException {
        boolean traced = !trace.equals(Trace.OFF);
        return switch (runner.ask(new Message.Run(model, traced, inputs), runLimit)) {
            case Message.Result result -> {
                check(result, traced);
                Iterator<Digest> digests = result.trace().iterator();
                if (traced) {
                    for (Node node : graph.nodes()) {
                        trace.computed(node, digests.next());
                    }
                }
                yield result.outputs();
            }
            case Message.Failed failed -> throw RunnerEngine.failure(failed);
            case Message other -> throw RunnerEngine.unexpected(other);
        };
    }

    private void check(Message.Result result, boolean traced) throws EngineException {
        if (result.outputs().size() != graph.outputs().size()
                || result.trace().size() != (traced ? graph.nodes().size() : 0)) {
            throw new EngineException(
                    Code.FAILED,
                    "the runner answered with "
                            + result.outputs().size()
                            + " outputs and a trace of "
                            + result.trace().size()
                            + " nodes, which do not fit the graph");
        }
    }

    @Override
    public void close() {
        RunnerScript.unload(runner, model, runLimit);
    }
}
