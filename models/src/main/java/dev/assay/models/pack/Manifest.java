package dev.assay.models.pack;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a packaged model says of itself, of either kind: of a {@linkplain ModelManifest graph} or of
 * a {@linkplain ScriptManifest script}. Its field {@code format} tells them apart. The digest of
 * its canonical bytes identifies the model.
 */
public sealed interface Manifest permits ModelManifest, ScriptManifest {
    /** The most bytes of a manifest that are read. */
    int MAX_BYTES = 64 << 20;

    /** Reads a manifest from its canonical bytes. */
    static Manifest parse(byte[] bytes) throws ModelException {
        try {
            JsonFields json =
                    JsonFields.of(
                            StrictJson.canonicalList(bytes, MAX_BYTES, "model manifest"),
                            "model manifest");
            String format = json.text("format");
            Manifest manifest =
                    switch (format) {
                        case ModelManifest.FORMAT -> ModelManifest.read(json);
                        case ScriptManifest.FORMAT -> ScriptManifest.read(json);
                        default ->
                                throw json.error(
                                        "format: '"
                                                + format
                                                + "', expected '"
                                                + ModelManifest.FORMAT
                                                + "' or '"
                                                + ScriptManifest.FORMAT
                                                + "'");
                    };
            json.same(manifest.bytes(), bytes);
            return manifest;
        } catch (JsonException | IllegalArgumentException e) {
            throw new ModelException(Code.BAD_FORMAT, String.valueOf(e.getMessage()));
        }
    }

    /** The bytes of a manifest's file, when they are not too many. */
    static byte[] read(Path file) throws ModelException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ModelException(
                        Code.BAD_FORMAT,
                        file + ": a manifest of more than " + MAX_BYTES + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ModelException(Code.MISSING, "cannot read the model: " + e.getMessage());
        }
    }

    String name();

    /** How a row of an input file is read. */
    RowFormat rows();

    /** What each column of the output stands for; empty when it has no names. */
    List<String> labels();

    /** What is run: digest of the graph, or of the script. */
    Digest program();

    /** Digest of the package's other file: the weights, or the script. */
    Digest companion();

    /** Columns of the output, when they are known before the model ran. */
    OptionalInt outputColumns();

    /**
     * The model's input for some rows of an input file: {@code count} rows from {@code first} on.
     */
    Tensor input(Tensor rowValues, int first, int count);

    /** The canonical bytes, as they are stored and digested. */
    byte[] bytes();
}
