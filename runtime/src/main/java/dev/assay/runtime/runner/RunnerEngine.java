package dev.assay.runtime.runner;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.runtime.pytorch.PyTorchEngine;

import java.nio.file.Path;
import java.util.List;

/**
 * PyTorch in a child process: a crash, an abort or an exhausted memory of native code ends the
 * child and is reported as {@link Code#RUNNER_LOST}; this process goes on, and a new engine can be
 * started. The child ends when it is closed or when this process dies.
 *
 * <p>{@link #close} from another thread ends a run under way.
 */
public final class RunnerEngine implements Engine {
    private final RunnerProcess runner;
    private final RunnerSettings settings;

    private RunnerEngine(RunnerProcess runner, RunnerSettings settings) {
        this.runner = runner;
        this.settings = settings;
    }

    /** Starts the child with this JVM's own {@code java} and class path. */
    public static RunnerEngine start(RunnerSettings settings) throws EngineException {
        return start(command(settings), settings);
    }

    static RunnerEngine start(List<String> command, RunnerSettings settings)
            throws EngineException {
        RunnerProcess runner =
                RunnerProcess.start(
                        command, settings.gpus(), settings.maxFrameBytes(), settings.closeLimit());
        try {
            Message greeting = runner.greeting(settings.startLimit());
            if (greeting.equals(new Message.Ready(Message.Ready.VERSION))) {
                return new RunnerEngine(runner, settings);
            }
            throw greeting instanceof Message.Failed failed
                    ? failure(failed)
                    : unexpected(greeting);
        } catch (EngineException e) {
            runner.close();
            throw e;
        }
    }

    /** The shell hands the pipe over as descriptor 3 and is then replaced by the runner. */
    static List<String> command(RunnerSettings settings) {
        return List.of(
                "/bin/sh",
                "-c",
                "exec \"$@\" 3>&1 1>&2",
                LeftoverRunners.mark(settings.owner()),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + settings.heapBytes(),
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + settings.cache().toAbsolutePath().resolve("crash-%p.log"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-D" + LeftoverRunners.mark(settings.owner()),
                "-cp",
                System.getProperty("java.class.path"),
                RunnerMain.class.getName(),
                settings.cache().toAbsolutePath().toString(),
                Integer.toString(settings.threads()),
                Integer.toString(settings.maxFrameBytes()));
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

    Message.Loaded load(Path manifestFile, Path weightsFile) throws EngineException {
        Message request = new Message.Load(manifestFile.toString(), weightsFile.toString());
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
