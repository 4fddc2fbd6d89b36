package dev.assay.protocol.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

import java.util.ArrayList;
import java.util.List;

/**
 * The training checkpoints that the units of a training ended in, in order: the output file of a
 * training job. The last holds the trained weights.
 *
 * <pre>
 * {"checkpoints":["sha256:…"],"version":"assay/training-result/v1"}
 * </pre>
 */
public record TrainingResult(List<Digest> checkpoints) {
    /** The most bytes that a result has. */
    public static final long MAX_BYTES = 64L << 20;

    private static final String VERSION = "assay/training-result/v1";

    public TrainingResult {
        checkpoints = List.copyOf(checkpoints);
    }

    /** The canonical bytes. */
    public byte[] bytes() {
        ObjectNode json = CanonicalJson.object();
        json.put("version", VERSION);
        ArrayNode array = json.putArray("checkpoints");
        checkpoints.forEach(digest -> array.add(digest.toString()));
        return CanonicalJson.bytes(json);
    }

    /** Reads what {@link #bytes} writes. */
    public static TrainingResult parse(byte[] bytes) throws JsonException {
        JsonFields json =
                JsonFields.of(
                        StrictJson.canonicalObject(bytes, (int) MAX_BYTES, "result"), "result");
        json.text("version", VERSION);
        List<Digest> checkpoints = new ArrayList<>();
        try {
            for (String text : json.texts("checkpoints")) {
                checkpoints.add(Digest.parseWritten(text));
            }
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
        json.end();
        return new TrainingResult(checkpoints);
    }
}
