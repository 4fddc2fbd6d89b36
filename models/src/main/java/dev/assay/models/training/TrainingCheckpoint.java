package dev.assay.models.training;

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

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A training run's state as two blobs: a safetensors file with parameters and optimizer state, and
 * the manifest that names it. The manifest's digest is the checkpoint's; it covers all that later
 * steps depend on. Immutable.
 *
 * @see CheckpointManifest
 */
public final class TrainingCheckpoint {
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
        requireFinite(state, "loss", state.loss());
        for (Map.Entry<String, Tensor> tensor : state.tensors().entrySet()) {
            requireFinite(state, tensor.getKey(), tensor.getValue().values());
        }
        byte[] tensors = Safetensors.write(state.tensors());
        CheckpointManifest manifest =
                new CheckpointManifest(
                        training.digest(), state.step(), state.loss(), Digest.sha256(tensors));
        return new TrainingCheckpoint(state, manifest.bytes(), tensors);
    }

    private static void requireFinite(TrainingState state, String what, float... values)
            throws ModelException {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new ModelException(
                        Code.NOT_FINITE,
                        "after step "
                                + state.step()
                                + " '"
                                + what
                                + "' holds "
                                + value
                                + ": the training diverged; use a lower learning rate");
            }
        }
    }

    /** Identifies the checkpoint. */
    public Digest digest() {
        return digest;
    }

    public TrainingState state() {
        return state;
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
        byte[] manifest = blobs.read(digest, CheckpointManifest.MAX_BYTES);
        return parse(digest, manifest, blobs::file, training, step);
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
        CheckpointManifest named = CheckpointManifest.parse(manifest, what);
        if (!named.training().equals(training.digest())) {
            throw bad(what + " belongs to another training than " + training.digest());
        }
        Map<String, TensorType> declared = new LinkedHashMap<>(step.parameters());
        declared.putAll(step.state());
        Map<String, Tensor> tensors = Safetensors.read(files.file(named.tensors()), declared);
        TrainingCheckpoint checkpoint =
                of(training, new TrainingState(named.step(), named.loss(), tensors));
        if (!checkpoint.digest.equals(digest)) {
            throw bad(what + ": its tensors are not laid out as this program does");
        }
        return checkpoint;
    }

    /** The file of tensors that a stored checkpoint names; none when its manifest is malformed. */
    public static Optional<Digest> tensors(Digest digest, BlobStore blobs) throws BlobException {
        try {
            byte[] manifest = blobs.read(digest, CheckpointManifest.MAX_BYTES);
            return Optional.of(CheckpointManifest.parse(manifest, "it").tensors());
        } catch (ModelException e) {
            return Optional.empty();
        } catch (BlobException e) {
            if (e.code() == BlobException.Code.TOO_LARGE) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static ModelException bad(String message) {
        return new ModelException(Code.BAD_FORMAT, message);
    }
}
