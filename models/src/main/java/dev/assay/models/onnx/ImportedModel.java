package dev.assay.models.onnx;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.graph.Graph;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model from an ONNX file: the same operators as a graph, and its weights. Importing the same
 * file again gives the same graph, and so the same digest. Immutable.
 */
public record ImportedModel(Graph graph, Map<String, Tensor> parameters) {
    public ImportedModel {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** Imports a file; see {@link OnnxImport}. */
    public static ImportedModel read(Path file) throws ModelException {
        return OnnxImport.read(file);
    }

    /**
     * Stores the model as a package: a row of its input is as many numbers as the model takes.
     *
     * @return the model's digest
     */
    public Digest store(String name, BlobStore blobs) throws ModelException, BlobException {
        byte[] weights = Safetensors.write(parameters);
        int columns = graph.inputs().values().iterator().next().shape().elements();
        byte[] manifest;
        try {
            manifest =
                    new ModelManifest(
                                    name,
                                    graph,
                                    Digest.sha256(weights),
                                    RowFormat.ofNumbers(columns),
                                    List.of())
                            .bytes();
        } catch (IllegalArgumentException e) {
            throw new ModelException(Code.BAD_GRAPH, name + ": " + e.getMessage());
        }
        blobs.put(weights);
        Digest digest = blobs.put(manifest);
        ModelPackage.open(blobs, digest);
        return digest;
    }
}
