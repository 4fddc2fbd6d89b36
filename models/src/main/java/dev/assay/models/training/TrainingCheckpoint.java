package dev.assay.models.training;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.pack.Safetensors;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A training run's state as two blobs: a safetensors file with parameters and optimizer state, and
 * a canonical JSON manifest that names it. The manifest's digest is the checkpoint's; it covers all
 * that later steps depend on.
 *
 * <pre>
 * {"format": "assay.training-checkpoint/v1",
 *  "training": "sha256:…",        the digest of the training: data, order, seeds, hyper-parameters
 *  "step": 300,                   steps done; epoch and place in it follow from it
 *  "loss": "3e2a0b11",            the bits of the last step's loss, in hex
 *  "tensors": "sha256:…"}
 * </pre>
 *
 * Immutable.
 */
public final class TrainingCheckpoint {
    private static final String FORMAT = "assay.training-checkpoint/v1";
    private static final int MAX_MANIFEST = 1 << 16;

    private final TrainingState state;
    private final byte[] manifest;
    private final byte[] tensors;
    private final Digest digest;

    private TrainingCheckpoint(TrainingState state, byte[] manifest, byte[] tensors) {
        this.state = state;
        this.manifest = manifest;
        this.tensors = tensors;
        this.digest = Digest.sha256(manifest);
    }

    /** The checkpoint of a state, which must be finite: a run that diverged cannot go on. */
    public static TrainingCheckpoint of(Training training, TrainingState state)
            throws ModelException {
        for (Map.Entry<String, Tensor> tensor : state.tensors().entrySet()) {
            for (float value : tensor.getValue().values()) {
                if (!Float.isFinite(value)) {
                    throw new ModelException(
                            Code.NOT_FINITE,
                            "after step "
                                    + state.step()
                                    + " '"
                                    + tensor.getKey()
                                    + "' holds "
                                    + value
                                    + ": the training diverged; use a lower learning rate");
                }
            }
        }
        byte[] tensors = Safetensors.write(state.tensors());
        ObjectNode json = CanonicalJson.object();
        json.put("format", FORMAT)
                .put("training", training.digest().toString())
                .put("step", state.step())
                .put("loss", "%08x".formatted(Float.floatToIntBits(state.loss())))
                .put("tensors", Digest.sha256(tensors).toString());
        return new TrainingCheckpoint(state, CanonicalJson.bytes(json), tensors);
    }

    /** Identifies the checkpoint. */
    public Digest digest() {
        return digest;
    }

    public TrainingState state() {
        return state;
    }

    /** The manifest's bytes. */
    public byte[] manifest() {
        return manifest.clone();
    }

    /** The bytes of the file of tensors. */
    public byte[] tensors() {
        return tensors.clone();
    }

    /** Stores both blobs, the tensors first: a manifest that is there is complete. */
    public Digest store(BlobStore blobs) throws BlobException {
        blobs.put(tensors);
        return blobs.put(manifest);
    }

    /** Reads a stored checkpoint of this training and checks that it fits the step. */
    public static TrainingCheckpoint read(
            Digest digest, BlobStore blobs, Training training, TrainingStep step)
            throws BlobException, ModelException {
        return parse(digest, blobs.read(digest, MAX_MANIFEST), blobs::file, training, step);
    }

    /** Where the file with a digest lies. */
    @FunctionalInterface
    public interface Files {
        Path file(Digest digest) throws BlobException;
    }

    /**
     * Reads a checkpoint from its manifest and the file of tensors, whose bytes are compared with
     * what the manifest names.
     */
    public static TrainingCheckpoint parse(
            Digest digest, byte[] manifest, Files files, Training training, TrainingStep step)
            throws BlobException, ModelException {
        String what = "training checkpoint " + digest;
        try {
            JsonFields json =
                    JsonFields.of(StrictJson.canonicalObject(manifest, MAX_MANIFEST, what), what);
            json.text("format", FORMAT);
            if (!json.digest("training").equals(training.digest())) {
                throw json.error("it belongs to another training than " + training.digest());
            }
            int done = json.integer("step", 0, training.steps());
            String loss = json.text("loss");
            if (!loss.matches("[0-9a-f]{8}")) {
                throw json.error("loss '" + loss + "' must be 8 hex digits");
            }
            Digest file = json.digest("tensors");
            json.end();
            Map<String, Tensor> tensors = Safetensors.read(files.file(file));
            float value = Float.intBitsToFloat(Integer.parseUnsignedInt(loss, 16));
            TrainingState state = new TrainingState(done, value, ordered(tensors, step, what));
            TrainingCheckpoint checkpoint = of(training, state);
            if (!checkpoint.digest.equals(digest)) {
                throw json.error("its tensors are not laid out as this program does");
            }
            return checkpoint;
        } catch (JsonException e) {
            throw new ModelException(Code.BAD_FORMAT, e.getMessage());
        }
    }

    /** The tensors in the step's order, which must be exactly these. */
    private static Map<String, Tensor> ordered(
            Map<String, Tensor> tensors, TrainingStep step, String what) throws ModelException {
        Map<String, TensorType> declared = new LinkedHashMap<>(step.parameters());
        declared.putAll(step.state());
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        for (Map.Entry<String, TensorType> entry : declared.entrySet()) {
            Tensor tensor = tensors.get(entry.getKey());
            if (tensor == null || !tensor.type().equals(entry.getValue())) {
                throw new ModelException(
                        Code.BAD_FORMAT,
                        what
                                + ": tensor '"
                                + entry.getKey()
                                + "' is "
                                + (tensor == null ? "missing" : tensor)
                                + "; the training needs "
                                + entry.getValue());
            }
            ordered.put(entry.getKey(), tensor);
        }
        if (tensors.size() != ordered.size()) {
            throw new ModelException(
                    Code.BAD_FORMAT, what + ": it holds tensors that the training does not have");
        }
        return ordered;
    }
}
