package dev.assay.models.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.graph.Graph;
import dev.assay.models.tensor.DType;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

final class ModelPackageTest {
    private static final Tensor W = Tensor.of(Shape.of(2, 3), new float[6]);

    @TempDir Path directory;

    @Test
    void open_directory_yieldsManifestAndParameters() throws Exception {
        store(TinyModel.manifest(), TinyModel.weights());
        ModelPackage model = ModelPackage.open(directory);
        assertThat(model.digest()).isEqualTo(Digest.sha256(TinyModel.manifest().bytes()));
        assertThat(model.manifest().name()).isEqualTo("tiny");
        assertThat(model.graph().digest()).isEqualTo(TinyModel.graph().digest());
        assertThat(model.parameter("w").values()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.parameter("v"))
                .withMessageContaining("'v'");
    }

    @Test
    void open_storedAsBlobs_isTheSameModel() throws Exception {
        store(TinyModel.manifest(), TinyModel.weights());
        BlobStore blobs = BlobStore.open(directory.resolve("blobs"));
        Digest digest =
                ModelPackage.store(
                        directory.resolve("model.json"),
                        directory.resolve("weights.safetensors"),
                        blobs);
        ModelPackage model = ModelPackage.open(blobs, digest);
        assertThat(model.digest()).isEqualTo(digest);
        assertThat(model.parameter("w").values()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void open_weightsNotAmongTheBlobs_isABlobException() throws Exception {
        BlobStore blobs = BlobStore.open(directory);
        Digest digest = blobs.put(TinyModel.manifest().bytes());
        assertThatExceptionOfType(BlobException.class)
                .isThrownBy(() -> ModelPackage.open(blobs, digest))
                .withMessageContaining(TinyModel.manifest().weights().toString());
    }

    @Test
    void open_weightsOfAnotherDigest_namesBothDigests() throws Exception {
        byte[] other = Safetensors.write(Map.of("w", W));
        store(TinyModel.manifest(), other);
        assertRefused(Code.DIGEST_MISMATCH, Digest.sha256(other).toString());
        assertRefused(Code.DIGEST_MISMATCH, TinyModel.manifest().weights().toString());
    }

    @Test
    void open_parameterWithoutTensor_namesIt() throws Exception {
        store(Safetensors.write(Map.of("v", W)));
        assertRefused(Code.BAD_FORMAT, "tensor 'w' is missing; the graph declares f32[2, 3]");
    }

    @Test
    void open_tensorOfAnotherShape_namesBothShapes() throws Exception {
        store(Safetensors.write(Map.of("w", Tensor.of(Shape.of(3, 2), new float[6]))));
        assertRefused(Code.BAD_FORMAT, "tensor 'w' is f32[3, 2]; the graph declares f32[2, 3]");
    }

    @Test
    void open_parameterOfAnotherElementType_isRefused() throws Exception {
        byte[] weights = Safetensors.write(Map.of("w", W));
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 2))
                        .parameter("w", new TensorType(DType.I64, Shape.of(2, 3)))
                        .build("x");
        store(
                new ModelManifest("m", graph, Digest.sha256(weights), TinyModel.ROWS, List.of()),
                weights);
        assertRefused(Code.BAD_FORMAT, "tensor 'w' is f32[2, 3]; the graph declares i64[2, 3]");
    }

    @Test
    void open_tensorTheGraphDoesNotDeclare_namesIt() throws Exception {
        store(Safetensors.write(Map.of("w", W, "unused", W)));
        assertRefused(Code.BAD_FORMAT, "the graph does not declare: [unused]");
    }

    @Test
    void open_weightsNotSafetensors_isRefused() throws Exception {
        store(new byte[20]);
        assertRefused(Code.BAD_FORMAT, "not safetensors");
    }

    @Test
    void open_noManifest_isMissing() {
        assertRefused(Code.MISSING, "it has no model.json");
    }

    @Test
    void open_noWeights_isMissing() throws Exception {
        Files.write(directory.resolve("model.json"), TinyModel.manifest().bytes());
        assertRefused(Code.MISSING, "weights.safetensors");
    }

    private void assertRefused(Code code, String problem) {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> ModelPackage.open(directory))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code))
                .withMessageContaining(problem);
    }

    /** Writes these weights and a manifest that names them. */
    private void store(byte[] weights) throws IOException, ModelException {
        store(TinyModel.manifest(weights), weights);
    }

    private void store(ModelManifest manifest, byte[] weights) throws IOException {
        Files.write(directory.resolve("model.json"), manifest.bytes());
        Files.write(directory.resolve("weights.safetensors"), weights);
    }
}
