package dev.assay.runtime.pytorch;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.graph.Graph;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.script.ScriptFile;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * The fast engine: graphs on the CPU by DJL's PyTorch, inside this JVM. Results depend on the
 * processor and on the number of rows in a run, not on a row's neighbours. Native code that aborts
 * takes the JVM with it: for a tenant's model use {@code RunnerEngine}, which runs this engine in a
 * process of its own.
 */
public final class PyTorchEngine implements Engine {
    /** The engine's name in job specs. */
    public static final String NAME = "pytorch";

    static final String DJL_ENGINE = "PyTorch";
    private static final String THREADS = "ai.djl.pytorch.num_threads";
    private static final String INTEROP_THREADS = "ai.djl.pytorch.num_interop_threads";

    /** Optimizing a script while it runs would change bits between one run and the next. */
    private static final String OPTIMIZER = "ai.djl.pytorch.graph_optimizer";

    private final NDManager arrays;

    private PyTorchEngine(NDManager arrays) {
        this.arrays = arrays;
    }

    /**
     * Loads the native library, once a JVM: its number of threads is then fixed.
     *
     * @param cache directory into which the native library is unpacked and from which later starts
     *     load it
     * @param threads threads that one operator may use
     */
    public static PyTorchEngine start(Path cache, int threads) throws EngineException {
        return start(cache, threads, false);
    }

    /**
     * Loads the native library, once a JVM.
     *
     * @param gpu whether to compute on the first GPU that this process sees, which takes a PyTorch
     *     built for it: {@code PYTORCH_LIBRARY_PATH} names its libraries
     */
    public static synchronized PyTorchEngine start(Path cache, int threads, boolean gpu)
            throws EngineException {
        configure(cache, threads);
        try {
            ai.djl.engine.Engine engine = ai.djl.engine.Engine.getEngine(DJL_ENGINE);
            if (gpu && engine.getGpuCount() == 0) {
                throw new EngineException(
                        Code.UNAVAILABLE,
                        "PyTorch sees no GPU here; set PYTORCH_LIBRARY_PATH to the libraries of a"
                                + " PyTorch built for CUDA");
            }
            return new PyTorchEngine(engine.newBaseManager(gpu ? Device.gpu() : Device.cpu()));
        } catch (RuntimeException | LinkageError e) {
            throw new EngineException(
                    Code.UNAVAILABLE,
                    "PyTorch cannot be loaded on this machine: "
                            + e.getMessage()
                            + "; use engine: exact, or check that "
                            + cache
                            + " is writable and that this is Linux on x86-64",
                    e);
        }
    }

    private static void configure(Path cache, int threads) throws EngineException {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        String wanted = Integer.toString(threads);
        String loaded = System.getProperty(THREADS, wanted);
        if (!loaded.equals(wanted)) {
            throw new EngineException(
                    Code.UNAVAILABLE,
                    "PyTorch runs in this JVM with "
                            + loaded
                            + " threads and cannot be changed to "
                            + wanted);
        }
        System.setProperty(THREADS, wanted);
        System.setProperty(INTEROP_THREADS, "1");
        System.setProperty(OPTIMIZER, "false");
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("DJL_CACHE_DIR", cache.toAbsolutePath().toString());
    }

    /** How many threads one operator may use from now on, in every engine of this JVM. */
    public void useThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        System.setProperty(THREADS, Integer.toString(threads));
        JniUtils.setNumThreads(threads);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public LoadedModel load(ModelPackage model) throws EngineException {
        return load(model.graph(), model::parameter, "model " + model.digest());
    }

    @Override
    public LoadedModel load(Graph graph, Map<String, Tensor> parameters) throws EngineException {
        for (Map.Entry<String, TensorType> declared : graph.parameters().entrySet()) {
            Tensor value = parameters.get(declared.getKey());
            if (value == null || !value.type().equals(declared.getValue())) {
                throw new EngineException(
                        Code.BAD_INPUT,
                        "parameter '" + declared.getKey() + "' is not " + declared.getValue());
            }
        }
        return load(
                graph,
                name -> Objects.requireNonNull(parameters.get(name)),
                "graph " + graph.digest());
    }

    /** Loads a TorchScript model, which is run as it is. */
    public LoadedModel load(ScriptFile script) throws EngineException {
        return ScriptModel.load(script.file(), arrays.newSubManager());
    }

    private LoadedModel load(Graph graph, Function<String, Tensor> parameters, String what)
            throws EngineException {
        NDManager owner = arrays.newSubManager();
        try {
            return new PyTorchModel(graph, parameters, owner);
        } catch (RuntimeException e) {
            owner.close();
            throw new EngineException(Code.FAILED, what + " cannot be loaded by PyTorch: " + e, e);
        }
    }

    @Override
    public void close() {
        arrays.close();
    }
}
