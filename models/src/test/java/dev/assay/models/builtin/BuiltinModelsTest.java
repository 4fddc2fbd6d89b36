package dev.assay.models.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.models.ModelException;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

final class BuiltinModelsTest {
    @TempDir Path directory;

    @Test
    void install_everyName_yieldsAPackageThatOpens() throws Exception {
        BlobStore blobs = BlobStore.open(directory);
        for (String name : BuiltinModels.names()) {
            Digest digest = BuiltinModels.install(name, blobs);
            assertThat(ModelPackage.open(blobs, digest).digest()).isEqualTo(digest);
            assertThat(BuiltinModels.install(name, blobs)).isEqualTo(digest);
        }
    }

    @Test
    void digits_installed_takesImagesAndYieldsTenLabels() throws Exception {
        BlobStore blobs = BlobStore.open(directory);
        ModelPackage digits =
                ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs));
        assertThat(digits.manifest().input()).isEqualTo(TensorType.f32(Shape.BATCH, 1, 8, 8));
        assertThat(digits.manifest().output()).isEqualTo(TensorType.f32(Shape.BATCH, 10));
        assertThat(digits.manifest().labels()).hasSize(10).startsWith("0").endsWith("9");
    }

    @Test
    void install_unknownName_errorListsTheKnownOnes() throws Exception {
        BlobStore blobs = BlobStore.open(directory);
        assertThatThrownBy(() -> BuiltinModels.install("builtin:../digits", blobs))
                .isInstanceOfSatisfying(
                        ModelException.class,
                        e -> assertThat(e.code()).isEqualTo(ModelException.Code.MISSING))
                .hasMessageContaining("builtin:digits");
    }
}
