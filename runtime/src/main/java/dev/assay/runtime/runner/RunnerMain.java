package dev.assay.runtime.runner;

import dev.assay.models.ModelException;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.script.ScriptFile;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.runtime.host.Pipe;
import dev.assay.runtime.pytorch.PyTorchEngine;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The runner process: loads models and runs them for the agent. Requests come on standard input;
 * answers leave by descriptor 3, and standard output is joined to standard error, so that nothing
 * that native code or a dying JVM prints gets among the answers. The thread that reads a request
 * also works on it, because to wake another for it takes longer than a small run; another waits for
 * the end of input, which is the agent's death, and ends the process even while it loads its engine
 * or in the middle of a run. A runner serves one job: it begins once.
 */
public final class RunnerMain {
    /** Exit codes: the agent hung up; what it sent is no frame; there is no answer to send. */
    private static final int HUNG_UP = 0;

    private static final int BAD_FRAME = 65;
    private static final int BROKEN = 70;

    static final String CPU = "cpu";
    static final String GPU = "gpu";
    static final String WARM = "warm";
    static final String COLD = "cold";

    private static final int MAX_MESSAGE = 4000;
    private static final String FRAMES = "/dev/fd/3";

    /** The agent's requests, and our answers. */
    private static final Pipe REQUESTS = new Pipe(0);

    private static final Pipe ANSWERS = new Pipe(3);

    /** Holds the rows of most runs, so that their writer need not wait for their reader. */
    private static final int PIPE_BYTES = 1 << 20;

    private final Wire wire;
    private final Map<Integer, LoadedModel> models = new HashMap<>();
    private @Nullable PyTorchEngine engine;
    private boolean begun;
    private int lastModel;

    private RunnerMain(Wire wire) {
        this.wire = wire;
    }

    /**
     * Arguments: the engine's cache directory, the largest frame in bytes, {@code cpu} or {@code
     * gpu}, {@code warm} or {@code cold}.
     */
    public static void main(String[] args) {
        try {
            FileInputStream in = new FileInputStream(FileDescriptor.in);
            FileOutputStream out = new FileOutputStream(FRAMES);
            Wire wire = new Wire(in, out, Integer.parseInt(args[1]));
            Path cache = Path.of(args[0]);
            RunnerMain runner = new RunnerMain(wire);
            Thread.ofPlatform().daemon().name("pipes").start(RunnerMain::keepPipes);
            runner.prepare(cache, args[2].equals(GPU), args[3].equals(WARM));
            runner.serve();
        } catch (IOException e) {
            exit(BROKEN, e);
        }
    }

    private static void keepPipes() {
        try {
            REQUESTS.widen(PIPE_BYTES);
            ANSWERS.widen(PIPE_BYTES);
            REQUESTS.awaitHangUp();
            Runtime.getRuntime().halt(HUNG_UP);
        } catch (IOException | RuntimeException | Error e) {
            exit(BROKEN, e);
        }
    }

    private void prepare(Path cache, boolean gpu, boolean warm) {
        try {
            engine = PyTorchEngine.start(cache, 1, gpu);
            if (warm) {
                WarmUp.run(engine, cache);
            }
            send(wire, new Message.Ready(Message.Ready.VERSION));
        } catch (EngineException e) {
            send(wire, failed(e.code(), e));
            exit(BROKEN, e);
        } catch (RuntimeException | Error e) {
            exit(BROKEN, e);
        }
    }

    /** Never returns: the process ends with its input. */
    private void serve() {
        try {
            while (true) {
                work(wire.receive());
            }
        } catch (EOFException e) {
            Runtime.getRuntime().halt(HUNG_UP);
        } catch (IOException e) {
            exit(BAD_FRAME, e);
        }
    }

    private void work(Message request) {
        try {
            send(wire, answer(request));
        } catch (RuntimeException | Error e) { // no answer is coming: say so by ending
            exit(BROKEN, e);
        }
    }

    private Message answer(Message request) {
        try {
            if (begun == request instanceof Message.Begin) {
                throw new EngineException(
                        Code.UNSUPPORTED, "a runner serves one job, which begins first and once");
            }
            return switch (request) {
                case Message.Begin(int threads) -> begin(threads);
                case Message.Load load -> load(load);
                case Message.LoadGraph load -> load(load);
                case Message.LoadScript load -> load(load);
                case Message.Run run -> run(run);
                case Message.Unload(int model) -> {
                    LoadedModel loaded = model(model);
                    models.remove(model);
                    loaded.close();
                    yield new Message.Unloaded();
                }
                case Message.Ready _,
                        Message.Begun _,
                        Message.Loaded _,
                        Message.Result _,
                        Message.Unloaded _,
                        Message.Failed _ ->
                        throw new IllegalStateException("an answer where a request is expected");
            };
        } catch (ModelException e) {
            return failed(Code.UNSUPPORTED, e);
        } catch (EngineException e) {
            return failed(e.code(), e);
        }
    }

    private PyTorchEngine engine() {
        return Objects.requireNonNull(engine, "prepared before the first request");
    }

    private Message begin(int threads) {
        engine().useThreads(threads);
        begun = true;
        return new Message.Begun();
    }

    private Message load(Message.LoadGraph load) throws EngineException {
        models.put(++lastModel, engine().load(load.graph(), load.parameters()));
        return new Message.Loaded(lastModel, load.graph().digest());
    }

    private Message load(Message.LoadScript load) throws ModelException, EngineException {
        ScriptFile script = ScriptFile.check(Path.of(load.file()));
        models.put(++lastModel, engine().load(script));
        return new Message.Loaded(lastModel, script.digest());
    }

    private Message load(Message.Load load) throws ModelException, EngineException {
        ModelPackage model =
                ModelPackage.open(Path.of(load.manifestFile()), Path.of(load.weightsFile()));
        models.put(++lastModel, engine().load(model));
        return new Message.Loaded(lastModel, model.digest());
    }

    private Message run(Message.Run run) throws EngineException {
        List<Digest> digests = new ArrayList<>();
        Trace trace = run.traced() ? (_, output) -> digests.add(output) : Trace.OFF;
        List<Tensor> outputs = model(run.model()).run(run.inputs(), trace);
        return new Message.Result(digests, outputs);
    }

    private LoadedModel model(int number) throws EngineException {
        LoadedModel model = models.get(number);
        if (model == null) {
            throw new EngineException(Code.BAD_INPUT, "the runner holds no model " + number);
        }
        return model;
    }

    private static void send(Wire wire, Message message) {
        try {
            wire.send(message);
        } catch (TooLargeException e) {
            send(wire, failed(Code.BAD_INPUT, e));
        } catch (IOException e) {
            exit(BROKEN, e);
        }
    }

    private static Message.Failed failed(Code code, Exception e) {
        String message = String.valueOf(e.getMessage());
        return new Message.Failed(
                code, message.substring(0, Math.min(message.length(), MAX_MESSAGE)));
    }

    private static void exit(int code, Throwable because) {
        System.err.println("the runner ends: " + because);
        Runtime.getRuntime().halt(code);
    }
}
