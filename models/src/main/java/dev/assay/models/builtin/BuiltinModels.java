package dev.assay.models.builtin;

import dev.assay.models.ModelException;
import dev.assay.models.pack.ModelPackage;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * The models that come with the program, each a model package among its resources.
 *
 * <p>{@code builtin:digits} classifies 8 × 8 images of handwritten digits; {@code
 * models/train-digits.sh} makes it.
 */
public final class BuiltinModels {
    private static final String PREFIX = "builtin:";
    private static final List<String> NAMES = List.of(PREFIX + "digits");
    private static final long MAX_BYTES = 16 << 20;

    private BuiltinModels() {}

    /** Every built-in model's name, as job specs write it: {@code builtin:digits}. */
    public static List<String> names() {
        return NAMES;
    }

    /** Stores the package of the model of this name; the digest is the model's. */
    public static Digest install(String name, BlobStore blobs)
            throws ModelException, BlobException {
        if (!NAMES.contains(name)) {
            throw new ModelException(
                    ModelException.Code.MISSING,
                    "there is no model '" + name + "'; the built-in ones are " + NAMES);
        }
        String directory = name.substring(PREFIX.length()) + "/";
        store(directory + ModelPackage.WEIGHTS_FILE, blobs);
        return store(directory + ModelPackage.MANIFEST_FILE, blobs);
    }

    private static Digest store(String resource, BlobStore blobs) throws BlobException {
        try (InputStream in = BuiltinModels.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new AssertionError("the program lacks its resource " + resource);
            }
            return blobs.put(in, MAX_BYTES);
        } catch (IOException e) {
            throw new BlobException(
                    BlobException.Code.IO,
                    "cannot read the program's resource " + resource + ": " + e.getMessage(),
                    e);
        }
    }
}
