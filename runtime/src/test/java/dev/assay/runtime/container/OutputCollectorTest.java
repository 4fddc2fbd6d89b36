package dev.assay.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;
import dev.assay.runtime.container.ContainerException.Code;
import dev.assay.runtime.container.OutputManifest.Kind;
import dev.assay.runtime.container.OutputManifest.Skipped;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

class OutputCollectorTest {
    @TempDir private Path folder;
    private Path out;
    private BlobStore blobs;

    @BeforeEach
    void open() throws Exception {
        out = Files.createDirectory(folder.resolve("out"));
        blobs = BlobStore.open(folder.resolve("blobs"));
    }

    private OutputManifest collect(String... paths) throws ContainerException {
        return collect(10, 1000, paths);
    }

    private OutputManifest collect(int files, long bytes, String... paths)
            throws ContainerException {
        ContainerLimits limits =
                new ContainerLimits(
                        1_000_000_000,
                        64 << 20,
                        1,
                        1,
                        1,
                        1,
                        files,
                        bytes,
                        1,
                        Duration.ofSeconds(1),
                        Duration.ZERO);
        return new OutputCollector(out, blobs, limits).collect(List.of(paths));
    }

    @Test
    void outputs_thatAreNamed_areCollectedAndNothingElse() throws Exception {
        Files.createDirectories(out.resolve("a/b"));
        Files.writeString(out.resolve("a/b/1"), "one");
        Files.writeString(out.resolve("a/2"), "two");
        Files.writeString(out.resolve("other"), "not asked for");
        Files.writeString(out.resolve("single"), "alone");
        OutputManifest manifest = collect("single", "a");
        assertThat(manifest.files())
                .extracting(OutputManifest.OutputFile::path)
                .containsExactly("a/2", "a/b/1", "single");
        assertThat(manifest.sizeBytes()).isEqualTo(11);
        assertThat(blobs.read(manifest.files().get(1).digest(), 10))
                .isEqualTo("one".getBytes(StandardCharsets.UTF_8));
        assertThat(collect("a/b/1").files()).hasSize(1);
    }

    @Test
    void outputs_pastALimit_areRefusedBeforeAnyIsStored() throws Exception {
        Files.writeString(out.resolve("a"), "x".repeat(600));
        Files.writeString(out.resolve("b"), "y".repeat(600));
        assertRefused(Code.OUTPUT_LIMIT, () -> collect(10, 1000, "."));
        assertRefused(Code.OUTPUT_LIMIT, () -> collect(1, 10_000, "."));
        try (var stored = Files.list(folder.resolve("blobs/sha256"))) {
            assertThat(stored).isEmpty();
        }
        assertThat(collect(2, 1200, ".").files()).hasSize(2);
    }

    @Test
    void output_ofTenGigabytesOfNothing_isRefused() throws Exception {
        try (RandomAccessFile hole = new RandomAccessFile(out.resolve("hole").toFile(), "rw")) {
            hole.setLength(10L << 30);
        }
        assertRefused(Code.OUTPUT_LIMIT, () -> collect(10, 1L << 30, "."));
    }

    @Test
    void output_thatIsMissing_isRefused() throws Exception {
        Files.writeString(out.resolve("file"), "x");
        assertRefused(Code.OUTPUT_MISSING, () -> collect("none"));
        assertRefused(Code.OUTPUT_MISSING, () -> collect("file/inside"));
        assertRefused(Code.OUTPUT_MISSING, () -> collect("none/inside"));
    }

    @Test
    void links_areLeftOut_alsoOnTheWay() throws Exception {
        Path secret = Files.createDirectory(folder.resolve("secret"));
        Files.writeString(secret.resolve("key"), "of the host");
        Files.createSymbolicLink(out.resolve("link"), secret);
        Files.createSymbolicLink(out.resolve("file"), secret.resolve("key"));
        OutputManifest manifest = collect(".");
        assertThat(manifest.files()).isEmpty();
        assertThat(manifest.skipped())
                .containsExactly(new Skipped("file", Kind.LINK), new Skipped("link", Kind.LINK));
        assertThat(collect("link").files()).isEmpty();
        assertRefused(Code.OUTPUT_MISSING, () -> collect("link/key"));
    }

    @Test
    void folders_tooDeep_areRefused() throws Exception {
        Path deep = out;
        for (int i = 0; i < FileTree.MAX_DEPTH + 1; i++) {
            deep = deep.resolve("d");
        }
        Files.createDirectories(deep);
        assertRefused(Code.OUTPUT_LIMIT, () -> collect(1000, 1000, "."));
    }

    @Test
    void manifest_throughItsJson_comesBackEqual() throws Exception {
        Files.writeString(out.resolve("b ü\n"), "x");
        Files.createSymbolicLink(out.resolve("a"), out);
        OutputManifest manifest = collect(".");
        byte[] json = CanonicalJson.bytes(manifest.json());
        assertThat(read(json)).isEqualTo(manifest);
        assertThat(new String(json, StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"files\":[{\"digest\":\"sha256:2d711642b726b04401627ca9fbac32f5c8530fb1"
                                + "903cc4db02258717921a4881\",\"path\":\"b ü\\n\",\"size\":\"1\"}],"
                                + "\"skipped\":[{\"kind\":\"link\",\"path\":\"a\"}],\"version\":"
                                + "\"assay/outputs/v1\"}");
        byte[] wrong =
                new String(json, StandardCharsets.UTF_8)
                        .replace("\"link\"", "\"lynx\"")
                        .getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> read(wrong)).isInstanceOf(JsonException.class);
    }

    private static OutputManifest read(byte[] json) throws JsonException {
        return OutputManifest.parse(
                JsonFields.of(StrictJson.object(json, 10_000, "outputs"), "outputs"));
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void assertRefused(Code code, Step step) {
        assertThatThrownBy(step::run)
                .isInstanceOfSatisfying(
                        ContainerException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
