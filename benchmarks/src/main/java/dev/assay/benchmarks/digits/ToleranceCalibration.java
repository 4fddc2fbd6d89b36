package dev.assay.benchmarks.digits;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.benchmarks.ResultFile;
import dev.assay.models.ModelException;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.pytorch.PyTorchEngine;
import dev.assay.verification.check.Tolerance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How far honest PyTorch outputs of {@code builtin:digits} are from the exact engine's, unit by
 * unit, in the measure that tolerant replay uses. Arguments: threads, result file.
 */
public final class ToleranceCalibration {
    private static final int[] BATCHES = {1, 16, 64, 256, 1024};

    private ToleranceCalibration() {}

    public static void main(String[] args)
            throws IOException, BlobException, ModelException, EngineException {
        int threads = Integer.parseInt(args[0]);
        BlobStore blobs = BlobStore.open(Files.createTempDirectory("assay-benchmark"));
        ModelPackage model =
                ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs));
        Tensor rows = model.manifest().rows().read(Path.of("examples/digits.csv")).values();
        ObjectNode figures =
                CanonicalJson.object().put("threads", threads).put("limit", Tolerance.LIMIT);
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assay-benchmark");
        try (Engine exact = new ExactEngine(threads);
                Engine pytorch = PyTorchEngine.start(cache, threads);
                LoadedModel exactModel = exact.load(model);
                LoadedModel pytorchModel = pytorch.load(model)) {
            for (int batch : BATCHES) {
                List<Double> distances = new ArrayList<>();
                for (int first = 0; first + batch <= rows.shape().dim(0); first += batch) {
                    Tensor input = model.manifest().input(rows, first, batch);
                    distances.add(
                            Tolerance.distance(pytorchModel.run(input), exactModel.run(input)));
                }
                Collections.sort(distances);
                figures.putObject("batch" + batch)
                        .put("units", distances.size())
                        .put("median", ResultFile.rounded(distances.get(distances.size() / 2)))
                        .put("largest", ResultFile.rounded(distances.getLast()));
            }
        }
        ResultFile.write(Path.of(args[1]), "benchmarks/run.sh tolerance", figures);
    }
}
