package dev.assay.runtime.runner;

import dev.assay.models.ModelException;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.runtime.pytorch.PyTorchEngine;

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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The runner process: loads models and runs them for the agent. Requests come on standard input;
 * answers leave by descriptor 3, and standard output is joined to standard error, so that nothing
 * that native code or a dying JVM prints gets among the answers. Requests are worked on by one
 * thread while another keeps reading, so that the end of input, which is the agent's death, ends
 * the process even in the middle of a run.
 */
public final class RunnerMain {
    /** Exit codes: the agent hung up; what it sent is no frame; there is no answer to send. */
    private static final int HUNG_UP = 0;

    private static final int BAD_FRAME = 65;
    private static final int BROKEN = 70;

    private static final int MAX_MESSAGE = 4000;
    private static final String FRAMES = "/dev/fd/3";

    private final Wire wire;
    private final Engine engine;
    private final Map<Integer, LoadedModel> models = new HashMap<>();
    private int lastModel;

    private RunnerMain(Wire wire, Engine engine) {
        this.wire = wire;
        this.engine = engine;
    }

    /** Arguments: the engine's cache directory, its threads, the largest frame in bytes. */
    public static void main(String[] args) {
        try {
            FileInputStream in = new FileInputStream(FileDescriptor.in);
            FileOutputStream out = new FileOutputStream(FRAMES);
            Wire wire = new Wire(in, out, Integer.parseInt(args[2]));
            start(wire, Path.of(args[0]), Integer.parseInt(args[1]));
        } catch (IOException e) {
            exit(BROKEN, e);
        }
    }

    private static void start(Wire wire, Path cache, int threads) {
        try {
            new RunnerMain(wire, PyTorchEngine.start(cache, threads)).serve();
        } catch (EngineException e) {
            send(wire, failed(e.code(), e));
            exit(BROKEN, e);
        }
    }

    /** Never returns: the process ends with its input. */
    private void serve() {
        send(wire, new Message.Ready(Message.Ready.VERSION));
        ExecutorService worker = Executors.newSingleThreadExecutor();
        try {
            while (true) {
                Message request = wire.receive();
                worker.execute(() -> work(request));
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
            return switch (request) {
                case Message.Load load -> load(load);
                case Message.Run run -> run(run);
                case Message.Unload(int model) -> {
                    LoadedModel loaded = model(model);
                    models.remove(model);
                    loaded.close();
                    yield new Message.Unloaded();
                }
                case Message.Ready _,
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

    private Message load(Message.Load load) throws ModelException, EngineException {
        ModelPackage model =
                ModelPackage.open(Path.of(load.manifestFile()), Path.of(load.weightsFile()));
        models.put(++lastModel, engine.load(model));
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
