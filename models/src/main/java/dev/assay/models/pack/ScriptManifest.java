package dev.assay.models.pack;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;

import java.util.List;
import java.util.OptionalInt;

/**
 * What the package of a TorchScript file says of it: which file, and how input rows are read. What
 * the file computes, and how wide its output is, shows when it runs.
 *
 * @param script SHA-256 of the TorchScript file
 */
public record ScriptManifest(String name, Digest script, RowFormat rows) implements Manifest {
    static final String FORMAT = "assay.script/v1";

    @Override
    public List<String> labels() {
        return List.of();
    }

    @Override
    public Digest program() {
        return script;
    }

    @Override
    public Digest companion() {
        return script;
    }

    @Override
    public OptionalInt outputColumns() {
        return OptionalInt.empty();
    }

    @Override
    public Tensor input(Tensor rowValues, int first, int count) {
        return rowValues.rows(first, count);
    }

    @Override
    public byte[] bytes() {
        ObjectNode json = CanonicalJson.object();
        json.put("format", FORMAT).put("name", name).put("script", script.toString());
        rows.write(json.putObject("rows"));
        return CanonicalJson.bytes(json);
    }

    /** Reads the fields behind the format. */
    static ScriptManifest read(JsonFields json) throws JsonException {
        ScriptManifest manifest =
                new ScriptManifest(
                        json.text("name"),
                        json.digest("script"),
                        RowFormat.read(json.object("rows")));
        json.end();
        return manifest;
    }
}
