package dev.assay.models.pack;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.graph.Graph;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A model: its manifest and the weights the manifest names, checked against each other. As files:
 *
 * <pre>
 * model.json            the manifest, canonical JSON
 * weights.safetensors   one fp32 tensor per graph parameter
 * </pre>
 *
 * The model's digest is that of {@code model.json}, which names the digest of the weights.
 * Immutable.
 */
public final class ModelPackage implements PackagedModel {
    /** File name of the manifest in a package directory. */
    public static final String MANIFEST_FILE = "model.json";

    /** File name of the weights in a package directory. */
    public static final String WEIGHTS_FILE = "weights.safetensors";

    private final ModelManifest manifest;
    private final Digest digest;
    private final Path manifestFile;
    private final Path weightsFile;
    private final Map<String, Tensor> parameters;

    private ModelPackage(
            ModelManifest manifest,
            Digest digest,
            Path manifestFile,
            Path weightsFile,
            Map<String, Tensor> parameters) {
        this.manifest = manifest;
        this.digest = digest;
        this.manifestFile = manifestFile;
        this.weightsFile = weightsFile;
        this.parameters = parameters;
    }

    /** Opens a package directory. */
    public static ModelPackage open(Path directory) throws ModelException {
        Path manifest = directory.resolve(MANIFEST_FILE);
        if (!Files.isRegularFile(manifest)) {
            throw new ModelException(
                    Code.MISSING, "no model in " + directory + ": it has no " + MANIFEST_FILE);
        }
        return open(manifest, directory.resolve(WEIGHTS_FILE));
    }

    /** Opens the package that the blob {@code model} is the manifest of. */
    public static ModelPackage open(BlobStore blobs, Digest model)
            throws ModelException, BlobException {
        ModelManifest manifest = ModelManifest.parse(blobs.read(model, Manifest.MAX_BYTES));
        return of(manifest, model, blobs.file(model), blobs.file(manifest.weights()));
    }

    /** Opens a package from its two files. */
    public static ModelPackage open(Path manifestFile, Path weightsFile) throws ModelException {
        byte[] bytes = Manifest.read(manifestFile);
        return open(ModelManifest.parse(bytes), Digest.sha256(bytes), manifestFile, weightsFile);
    }

    static ModelPackage open(
            ModelManifest manifest, Digest digest, Path manifestFile, Path weightsFile)
            throws ModelException {
        Digest weights;
        try {
            weights = Digest.sha256(weightsFile);
        } catch (IOException e) {
            throw new ModelException(Code.MISSING, "cannot read the model: " + e.getMessage());
        }
        if (!weights.equals(manifest.weights())) {
            throw new ModelException(
                    Code.DIGEST_MISMATCH,
                    weightsFile
                            + ": its digest is "
                            + weights
                            + "; the manifest names "
                            + manifest.weights());
        }
        return of(manifest, digest, manifestFile, weightsFile);
    }

    /** Stores both files; the digest returned is the model's. */
    public static Digest store(Path manifestFile, Path weightsFile, BlobStore blobs)
            throws BlobException {
        blobs.put(weightsFile);
        return blobs.put(manifestFile);
    }

    /** Of files whose digests are known to be those named. */
    static ModelPackage of(
            ModelManifest manifest, Digest digest, Path manifestFile, Path weightsFile)
            throws ModelException {
        Map<String, Tensor> tensors = Safetensors.read(weightsFile);
        for (Map.Entry<String, TensorType> parameter : manifest.graph().parameters().entrySet()) {
            Tensor tensor = tensors.get(parameter.getKey());
            TensorType declared = parameter.getValue();
            if (tensor == null || !tensor.type().equals(declared)) {
                throw new ModelException(
                        Code.BAD_FORMAT,
                        "weights: tensor '"
                                + parameter.getKey()
                                + "' "
                                + (tensor == null ? "is missing" : "is " + tensor)
                                + "; the graph declares "
                                + declared);
            }
        }
        Set<String> undeclared = new TreeSet<>(tensors.keySet());
        undeclared.removeAll(manifest.graph().parameters().keySet());
        if (!undeclared.isEmpty()) {
            throw new ModelException(
                    Code.BAD_FORMAT,
                    "weights: tensors that the graph does not declare: " + undeclared);
        }
        return new ModelPackage(manifest, digest, manifestFile, weightsFile, Map.copyOf(tensors));
    }

    @Override
    public Digest digest() {
        return digest;
    }

    /** Where the manifest was read from. */
    public Path manifestFile() {
        return manifestFile;
    }

    /** Where the weights were read from. */
    public Path weightsFile() {
        return weightsFile;
    }

    @Override
    public ModelManifest manifest() {
        return manifest;
    }

    public Graph graph() {
        return manifest.graph();
    }

    /** The value of a graph parameter. */
    public Tensor parameter(String name) {
        Tensor tensor = parameters.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the model has no parameter '" + name + "'");
        }
        return tensor;
    }
}
