package dev.assay.models.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.models.ModelException;
import dev.assay.models.script.ScriptBytes;
import dev.assay.models.script.ScriptFile;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;

/** The kind of package that has a TorchScript file in the place of graph and weights. */
final class ScriptPackageTest {
    @TempDir Path directory;

    private BlobStore blobs;
    private ScriptFile script;
    private ScriptManifest manifest;

    @BeforeEach
    void files() throws Exception {
        blobs = BlobStore.open(directory.resolve("blobs"));
        script =
                ScriptFile.check(
                        ScriptBytes.write(directory.resolve("neg.pt"), "return torch.neg(x)"));
        manifest = new ScriptManifest("neg", script.digest(), RowFormat.ofNumbers(2));
    }

    @Test
    void open_storedAsBlobs_isTheSameScript() throws Exception {
        Digest digest = ScriptPackage.store("neg", script, RowFormat.ofNumbers(2), blobs);
        assertThat(digest).isEqualTo(Digest.sha256(manifest.bytes()));
        PackagedModel model = PackagedModel.open(blobs, digest);
        assertThat(model).isInstanceOf(ScriptPackage.class);
        assertThat(model.digest()).isEqualTo(digest);
        assertThat(model.manifest()).isEqualTo(manifest);
        assertThat(model.manifest().program()).isEqualTo(script.digest());
    }

    @Test
    void open_manifestOfAGraph_isAModelPackage() throws Exception {
        Path weights = Files.write(directory.resolve("weights"), TinyModel.weights());
        Path graph = Files.write(directory.resolve("graph"), TinyModel.manifest().bytes());
        assertThat(PackagedModel.open(graph, weights)).isInstanceOf(ModelPackage.class);
        assertThat(PackagedModel.open(blobs, ModelPackage.store(graph, weights, blobs)))
                .isInstanceOf(ModelPackage.class);
    }

    @Test
    void open_anotherScript_namesBothDigests() throws Exception {
        Path file = Files.write(directory.resolve("model.json"), manifest.bytes());
        Path other = ScriptBytes.write(directory.resolve("other.pt"), "return torch.abs(x)");
        assertThatThrownBy(() -> PackagedModel.open(file, other))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(Digest.sha256(other).toString())
                .hasMessageContaining(script.digest().toString());
    }

    @Test
    void open_scriptWhereAGraphIsNeeded_isRefused() throws Exception {
        Digest digest = ScriptPackage.store("neg", script, RowFormat.ofNumbers(2), blobs);
        assertThatThrownBy(() -> ModelPackage.open(blobs, digest))
                .isInstanceOf(ModelException.class)
                .hasMessage("model manifest: neg is a TorchScript file, and has no graph");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "assay.script/v1|assay.script/v2|format: 'assay.script/v2', expected",
                "assay.script/v1|assay.model/v1|weights: missing",
                "\"name\":\"neg\"|\"name\":\"neg\",\"note\":1|note: unknown field",
                "\"name\":\"neg\"|\"labels\":[],\"name\":\"neg\"|labels: unknown field",
                "\"columns\":2|\"columns\":0|rows.columns",
                "sha256:|md5:|script",
                "sha256:|``|not as it is written; digests begin with sha256:"
            })
    void parse_anythingElse_isRefused(String old, String replacement, String problem) {
        String good = new String(manifest.bytes(), UTF_8);
        assertThat(good).contains(old);
        byte[] bad = good.replace(old, replacement).getBytes(UTF_8);
        assertThatThrownBy(() -> Manifest.parse(bad))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void rows_ofAFile_areAsWideAsItsFirstLine() throws Exception {
        Path input = Files.writeString(directory.resolve("rows.csv"), "1,2.5,-3\n4,5,6\n");
        RowFormat rows = RowFormat.ofColumns(input);
        assertThat(rows).isEqualTo(RowFormat.ofNumbers(3));
        assertThat(rows.read(input).values().values()).containsExactly(1, 2.5f, -3, 4, 5, 6);
        assertThat(rows.read(input).labels()).isEmpty();
        Path empty = Files.writeString(directory.resolve("empty.csv"), "");
        assertThatThrownBy(() -> RowFormat.ofColumns(empty))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("empty.csv:1: no rows");
    }

    @Test
    void script_thatDefinesTooMuch_isRefused() throws Exception {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            code.append("def f").append(i).append("(x):\n  return x\n");
        }
        Path file = directory.resolve("large.pt");
        Files.write(file, ScriptBytes.archive(code.toString(), ZipEntry.STORED));
        assertThat(ScriptFile.check(file).digest()).isEqualTo(Digest.sha256(file));
        code.append("def g(x):\n  return x\n");
        Files.write(file, ScriptBytes.archive(code.toString(), ZipEntry.STORED));
        assertThatThrownBy(() -> ScriptFile.check(file))
                .isInstanceOf(ModelException.class)
                .hasMessageEndingWith("its code defines more than 10000 functions");
    }

    /** A bomb of files that are not compressed: each entry of the directory is the same bytes. */
    @Test
    void script_whoseEntriesLieOverOneAnother_isRefused() throws Exception {
        byte[] archive = Files.readAllBytes(script.file());
        ByteBuffer zip = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
        int end = archive.length - 22;
        int code = zip.getInt(end + 16);
        while (!new String(archive, code + 46, zip.getShort(code + 28), UTF_8).endsWith(".py")) {
            code += 46 + zip.getShort(code + 28) + zip.getShort(code + 30);
        }
        int length = 46 + zip.getShort(code + 28) + zip.getShort(code + 30);
        int copies = 20;
        ByteBuffer bomb =
                ByteBuffer.allocate(archive.length + copies * length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        bomb.put(archive, 0, end);
        for (int i = 0; i < copies; i++) {
            bomb.put(archive, code, length);
            bomb.put(bomb.position() - length + 46, (byte) ('a' + i));
        }
        bomb.put(archive, end, 22);
        int moved = bomb.position() - 22;
        bomb.putShort(moved + 8, (short) (zip.getShort(end + 8) + copies));
        bomb.putShort(moved + 10, (short) (zip.getShort(end + 10) + copies));
        bomb.putInt(moved + 12, zip.getInt(end + 12) + copies * length);
        Path file = Files.write(directory.resolve("bomb.pt"), bomb.array());
        assertThatThrownBy(() -> ScriptFile.check(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("its entries lie over one another");
    }
}
