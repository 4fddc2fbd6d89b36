package dev.assay.runtime.runner;

import dev.assay.models.engine.EngineException;
import dev.assay.models.graph.Graph;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;

import java.util.List;
import java.util.Map;

/** What the agent and a runner say to each other: each request has one answer. */
sealed interface Message {
    /** Runner, once at its start: the engine is loaded. */
    record Ready(int version) implements Message {
        /** The version of the messages in this file. */
        static final int VERSION = 2;
    }

    /** Agent, once: the runner is a job's, which has so many threads. Answered by {@link Begun}. */
    record Begin(int threads) implements Message {}

    /** Runner: it is the job's. */
    record Begun() implements Message {}

    /** Agent: load this graph. Answered by {@link Loaded}. */
    record LoadGraph(Graph graph, Map<String, Tensor> parameters) implements Message {
        public LoadGraph {
            parameters = Map.copyOf(parameters);
        }
    }

    /** Agent: load the TorchScript model in this file. Answered by {@link Loaded}. */
    record LoadScript(String file) implements Message {}

    /** Agent: load the package in these files. Answered by {@link Loaded}. */
    record Load(String manifestFile, String weightsFile) implements Message {}

    /**
     * Runner: the package is loaded.
     *
     * @param model the runner's name for it in {@link Run} and {@link Unload}
     * @param digest the model's digest, computed by the runner; that of the graph or file where no
     *     package was loaded
     */
    record Loaded(int model, Digest digest) implements Message {}

    /** Agent: run a loaded model once. Answered by {@link Result}. */
    record Run(int model, boolean traced, List<Tensor> inputs) implements Message {
        public Run {
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * Runner: a run's outputs.
     *
     * @param trace one digest a node in topological order, when a trace was asked for; else empty
     */
    record Result(List<Digest> trace, List<Tensor> outputs) implements Message {
        public Result {
            trace = List.copyOf(trace);
            outputs = List.copyOf(outputs);
        }
    }

    /** Agent: forget a model. Answered by {@link Unloaded}. */
    record Unload(int model) implements Message {}

    /** Runner: the model is forgotten. */
    record Unloaded() implements Message {}

    /** Runner: the request could not be fulfilled; the runner goes on. */
    record Failed(EngineException.Code code, String message) implements Message {}
}
