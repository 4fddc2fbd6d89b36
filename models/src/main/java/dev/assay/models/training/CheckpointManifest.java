package dev.assay.models.training;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

/**
 * The manifest of a training checkpoint; its digest is the checkpoint's.
 *
 * <pre>
 * {"format": "assay.training-checkpoint/v1",
 *  "training": "sha256:…",        the digest of the training: data, order, seeds, hyper-parameters
 *  "step": 300,                   steps done; epoch and place in it follow from it
 *  "loss": "3e2a0b11",            the bits of the last step's loss, in hex
 *  "tensors": "sha256:…"}         the file of parameters and optimizer state
 * </pre>
 */
record CheckpointManifest(Digest training, int step, float loss, Digest tensors) {
    /** The most bytes that a manifest has. */
    static final int MAX_BYTES = 1 << 16;

    private static final String FORMAT = "assay.training-checkpoint/v1";

    /** The canonical bytes. */
    byte[] bytes() {
        ObjectNode json = CanonicalJson.object();
        json.put("format", FORMAT)
                .put("training", training.toString())
                .put("step", step)
                .put("loss", "%08x".formatted(Float.floatToIntBits(loss)))
                .put("tensors", tensors.toString());
        return CanonicalJson.bytes(json);
    }

    /** Reads a manifest; {@code what} names it in errors. */
    static CheckpointManifest parse(byte[] bytes, String what) throws ModelException {
        try {
            JsonFields json =
                    JsonFields.of(StrictJson.canonicalObject(bytes, MAX_BYTES, what), what);
            json.text("format", FORMAT);
            String loss = json.text("loss");
            if (!loss.matches("[0-9a-f]{8}")) {
                throw json.error("loss '" + loss + "' must be 8 hex digits");
            }
            CheckpointManifest manifest =
                    new CheckpointManifest(
                            json.digest("training"),
                            json.integer("step", 0, Training.MAX_STEPS),
                            Float.intBitsToFloat(Integer.parseUnsignedInt(loss, 16)),
                            json.digest("tensors"));
            json.end();
            return manifest;
        } catch (JsonException e) {
            throw new ModelException(Code.BAD_FORMAT, e.getMessage());
        }
    }
}
