package dev.assay.runtime.pytorch;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;

import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.tensor.Tensor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A TorchScript model, run as it is: nothing is known of it but what it yields. It may keep state
 * from one call to the next, or draw numbers. So that a unit of work comes out the same whatever
 * was run before it, every run loads the file again and begins from the same random seed; it has an
 * array manager of its own.
 */
final class ScriptModel implements LoadedModel {
    private static final int MAX_OUTPUTS = 64;
    private static final int SEED = 1;

    private final Path file;
    private final NDManager arrays;

    private ScriptModel(Path file, NDManager arrays) {
        this.file = file;
        this.arrays = arrays;
    }

    /**
     * A model of a file that is checked by now and stays as it is; one that PyTorch cannot load is
     * refused at once.
     *
     * @param arrays owns what runs allocate, on the device they are to run on; the model closes it
     */
    static ScriptModel load(Path file, NDManager arrays) throws EngineException {
        ScriptModel model = new ScriptModel(file, arrays);
        try {
            model.open().close();
            return model;
        } catch (EngineException | RuntimeException | Error e) {
            arrays.close();
            throw e;
        }
    }

    private Model open() throws EngineException {
        Model model = Model.newInstance("script", arrays.getDevice(), PyTorchEngine.DJL_ENGINE);
        try {
            model.load(file); // from a stream, it would leave a temporary folder for every call
            return model;
        } catch (IOException | MalformedModelException | RuntimeException e) {
            model.close();
            throw new EngineException(
                    Code.BAD_INPUT, file + ": PyTorch cannot load it: " + e.getMessage(), e);
        }
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, Trace trace) throws EngineException {
        if (!trace.equals(Trace.OFF)) {
            throw new EngineException(
                    Code.UNSUPPORTED, "a TorchScript model has no operators to trace");
        }
        try (NDManager call = arrays.newSubManager();
                Model model = open()) {
            NDList values = new NDList();
            inputs.forEach(input -> values.add(NativeGraph.array(call, input)));
            ai.djl.engine.Engine.getEngine(PyTorchEngine.DJL_ENGINE).setRandomSeed(SEED);
            NDList results =
                    model.getBlock().forward(new ParameterStore(call, false), values, false);
            return tensors(results);
        } catch (RuntimeException e) { // DJL reports native failures unchecked
            throw new EngineException(
                    Code.BAD_INPUT, "the TorchScript model failed: " + e.getMessage(), e);
        }
    }

    private static List<Tensor> tensors(NDList results) throws EngineException {
        if (results.isEmpty() || results.size() > MAX_OUTPUTS) {
            throw new EngineException(
                    Code.BAD_INPUT,
                    "the TorchScript model yields "
                            + results.size()
                            + " tensors; 1 to "
                            + MAX_OUTPUTS
                            + " are taken");
        }
        List<Tensor> tensors = new ArrayList<>();
        for (NDArray result : results) {
            if (result.getDataType() != DataType.FLOAT32) {
                throw new EngineException(
                        Code.BAD_INPUT,
                        "the TorchScript model yields "
                                + result.getDataType()
                                + "; let it end in float32");
            }
            tensors.add(NativeGraph.tensor(result));
        }
        return tensors;
    }

    @Override
    public void close() {
        arrays.close();
    }
}
