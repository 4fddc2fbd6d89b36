package dev.assay.cli.tenant;

import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A model package with the weights that a training ended in, as a job file can name it. */
record TrainedModel(ModelManifest untrained, Map<String, Tensor> parameters) {
    /** Writes the package's two files into a folder, the manifest last. */
    void write(Path folder) throws TenantException {
        byte[] weights = Safetensors.write(parameters);
        ModelManifest manifest =
                new ModelManifest(
                        untrained.name(),
                        untrained.graph(),
                        Digest.sha256(weights),
                        untrained.rows(),
                        untrained.labels());
        try {
            new WholeFile(folder.resolve(ModelPackage.WEIGHTS_FILE)).write(weights);
            new WholeFile(folder.resolve(ModelPackage.MANIFEST_FILE)).write(manifest.bytes());
        } catch (IOException e) {
            throw new TenantException("cannot write " + folder + ": " + e.getMessage(), e);
        }
    }
}
