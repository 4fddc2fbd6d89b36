package dev.assay.models.pack;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.script.ScriptFile;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;

import java.nio.file.Path;

/**
 * A TorchScript model: its manifest and the file that the manifest names. It has no graph: only a
 * runner loads it.
 *
 * @param digest SHA-256 of the manifest
 */
public record ScriptPackage(ScriptManifest manifest, Digest digest, ScriptFile script)
        implements PackagedModel {

    /** Stores a checked file with a manifest for it; the digest returned is the model's. */
    public static Digest store(String name, ScriptFile script, RowFormat rows, BlobStore blobs)
            throws BlobException {
        Digest stored = blobs.put(script.file());
        return blobs.put(new ScriptManifest(name, stored, rows).bytes());
    }

    static ScriptPackage open(ScriptManifest manifest, Digest digest, Path file)
            throws ModelException {
        ScriptFile script = ScriptFile.check(file);
        if (!script.digest().equals(manifest.script())) {
            throw new ModelException(
                    Code.DIGEST_MISMATCH,
                    file
                            + ": its digest is "
                            + script.digest()
                            + "; the manifest names "
                            + manifest.script());
        }
        return new ScriptPackage(manifest, digest, script);
    }
}
