package dev.assay.runtime.docker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.runtime.container.ContainerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

class SavedImageTest {
    @TempDir private Path folder;

    @Test
    void archive_withANameThatNoFileCanHave_isRefused() throws Exception {
        byte[] record = "12 path=a\0b\n".getBytes(StandardCharsets.UTF_8);
        assertRefused(
                new TestImage.Tar().entry("x", 'x', 0644, "", record).file("a", 0644, "").bytes());
    }

    @Test
    void manifest_withALayerThatNoFileCanBe_isRefused() throws Exception {
        String manifest = "[{\"Config\":\"c\",\"Layers\":[\"l\\u0000\"]}]";
        assertRefused(new TestImage.Tar().file("manifest.json", 0644, manifest).bytes());
    }

    private void assertRefused(byte[] archive) throws Exception {
        Path file = Files.write(folder.resolve("image.tar"), archive);
        assertThatThrownBy(() -> SavedImage.check(file, 1 << 20))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("a name that no file can have");
    }
}
