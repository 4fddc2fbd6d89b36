package dev.assay.runtime.runner;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.graph.Graph;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.ScriptPackage;
import dev.assay.models.script.ScriptFile;
import dev.assay.models.tensor.Tensor;
import dev.assay.runtime.pytorch.PyTorchEngine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * PyTorch in a child process: a crash, an abort or an exhausted memory of native code ends the
 * child and is reported as {@link Code#RUNNER_LOST}; this process goes on, and a new engine can be
 * started. The child ends when it is closed, when this process dies, or when its job wants more
 * memory than it may have ({@link Code#MEMORY_LIMIT}).
 *
 * <p>{@link #close} from another thread ends a run under way.
 */
public final class RunnerEngine implements Engine {
    private final RunnerProcess runner;
    private final RunnerSettings settings;

    RunnerEngine(RunnerProcess runner, RunnerSettings settings) {
        this.runner = runner;
        this.settings = settings;
    }

    /** Starts the child with this JVM's own {@code java} and class path. */
    public static RunnerEngine start(RunnerSettings settings) throws EngineException {
        return IdleRunner.launch(settings, false).begin(settings.threads(), settings.memoryBytes());
    }

    static RunnerEngine start(List<String> command, RunnerSettings settings)
            throws EngineException {
        return IdleRunner.launch(command, settings)
                .begin(settings.threads(), settings.memoryBytes());
    }

    /** The child's process id, for metering. */
    public long pid() {
        return runner.pid();
    }

    @Override
    public String name() {
        return PyTorchEngine.NAME;
    }

    /** Loads the package in the child, which reads the package's files and checks their digests. */
    @Override
    public LoadedModel load(ModelPackage model) throws EngineException {
        Message.Loaded loaded =
                load(model.manifestFile().toAbsolutePath(), model.weightsFile().toAbsolutePath());
        if (!loaded.digest().equals(model.digest())) {
            throw new EngineException(
                    Code.FAILED,
                    "the files of model " + model.digest() + " changed to " + loaded.digest());
        }
        return new RunnerModel(runner, loaded.model(), model.graph(), settings.runLimit());
    }

    /** Loads a graph in the child, such as a training step; its parameters cross the pipe. */
    @Override
    public LoadedModel load(Graph graph, Map<String, Tensor> parameters) throws EngineException {
        Message.Loaded loaded = ask(new Message.LoadGraph(graph, parameters));
        return new RunnerModel(runner, loaded.model(), graph, settings.runLimit());
    }

    @Override
    public LoadedModel load(ScriptPackage model) throws EngineException {
        return load(model.script());
    }

    /** Loads a TorchScript model in the child, which checks the file again. */
    public LoadedModel load(ScriptFile script) throws EngineException {
        Message.Loaded loaded =
                ask(new Message.LoadScript(script.file().toAbsolutePath().toString()));
        if (!loaded.digest().equals(script.digest())) {
            throw new EngineException(
                    Code.FAILED, script.file() + " changed to " + loaded.digest());
        }
        return new RunnerScript(runner, loaded.model(), settings.runLimit());
    }

    Message.Loaded load(Path manifestFile, Path weightsFile) throws EngineException {
        return ask(new Message.Load(manifestFile.toString(), weightsFile.toString()));
    }

    private Message.Loaded ask(Message request) throws EngineException {
        return switch (runner.ask(request, settings.loadLimit())) {
            case Message.Loaded loaded -> loaded;
            case Message.Failed failed -> throw failure(failed);
            case Message other -> throw unexpected(other);
        };
    }

    static EngineException failure(Message.Failed failed) {
        return new EngineException(failed.code(), failed.message());
    }

    static EngineException unexpected(Message message) {
        return new EngineException(
                Code.FAILED,
                "the runner answered with "
                        + message.getClass().getSimpleName()
                        + ", which nobody asked for; agent and runner are of different versions");
    }

    @Override
    public void close() {
        runner.close();
    }
}
