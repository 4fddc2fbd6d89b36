package dev.assay.models.pack;

import dev.assay.models.ModelException;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;

import java.nio.file.Path;

/** A model that work can name, its files checked against each other. Immutable. */
public sealed interface PackagedModel permits ModelPackage, ScriptPackage {
    /** Opens the model that the blob {@code model} is the manifest of. */
    static PackagedModel open(BlobStore blobs, Digest model) throws ModelException, BlobException {
        return switch (Manifest.parse(blobs.read(model, Manifest.MAX_BYTES))) {
            case ModelManifest graph ->
                    ModelPackage.of(graph, model, blobs.file(model), blobs.file(graph.weights()));
            case ScriptManifest script ->
                    ScriptPackage.open(script, model, blobs.file(script.script()));
        };
    }

    /** Opens a model from its two files. */
    static PackagedModel open(Path manifestFile, Path companionFile) throws ModelException {
        byte[] bytes = Manifest.read(manifestFile);
        Digest digest = Digest.sha256(bytes);
        return switch (Manifest.parse(bytes)) {
            case ModelManifest graph ->
                    ModelPackage.open(graph, digest, manifestFile, companionFile);
            case ScriptManifest script -> ScriptPackage.open(script, digest, companionFile);
        };
    }

    /** Identifies the model: SHA-256 of the manifest, which names the other file. */
    Digest digest();

    Manifest manifest();
}
