package dev.assay.runtime.runner;

import dev.assay.models.ModelException;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.EngineException.Code;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.runtime.pytorch.PyTorchEngine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A job's way through a fresh runner, gone once with the program's own model: classes are loaded,
 * native kernels chosen and their memory taken before a tenant's first row waits for it.
 */
final class WarmUp {
    private static final String MODEL = "builtin:digits";
    private static final int[] BATCHES = {1, 64, 1, 64};
    private static final int FRAME_BYTES = 1 << 20;

    private WarmUp() {}

    static void run(PyTorchEngine engine, Path cache) throws EngineException {
        try {
            BlobStore blobs = BlobStore.open(cache.resolve("warm-up"));
            ModelPackage stored = ModelPackage.open(blobs, BuiltinModels.install(MODEL, blobs));
            ModelPackage model = ModelPackage.open(stored.manifestFile(), stored.weightsFile());
            try (LoadedModel loaded = engine.load(model)) {
                for (int batch : BATCHES) {
                    float[] zeros = new float[batch * model.manifest().rows().columns()];
                    Tensor input =
                            Tensor.of(model.manifest().input().shape().withBatch(batch), zeros);
                    Message.Run run =
                            (Message.Run) crossed(new Message.Run(1, false, List.of(input)));
                    crossed(new Message.Result(List.of(), loaded.run(run.inputs(), Trace.OFF)));
                }
            }
        } catch (BlobException | ModelException | IOException e) {
            throw new EngineException(
                    Code.UNAVAILABLE,
                    "the runner cannot warm up: " + e.getMessage() + "; check " + cache,
                    e);
        }
    }

    /** The message as it comes out of a pipe. */
    private static Message crossed(Message message) throws IOException {
        ByteArrayOutputStream pipe = new ByteArrayOutputStream();
        new Wire(ByteArrayInputStream.nullInputStream(), pipe, FRAME_BYTES).send(message);
        return new Wire(
                        new ByteArrayInputStream(pipe.toByteArray()),
                        ByteArrayOutputStream.nullOutputStream(),
                        FRAME_BYTES)
                .receive();
    }
}
