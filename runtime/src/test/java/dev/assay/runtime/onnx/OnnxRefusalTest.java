package dev.assay.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.models.ModelException;
import dev.assay.models.onnx.ImportedModel;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.runtime.TestPackages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What is no ONNX file, or one that cannot be imported: each is refused with its reason. */
final class OnnxRefusalTest {
    @TempDir Path directory;

    private static OnnxBytes graph(OnnxBytes input, OnnxBytes... nodes) {
        OnnxBytes graph = OnnxBytes.message();
        for (OnnxBytes node : nodes) {
            graph.with(1, node);
        }
        return graph.with(11, input).with(12, OnnxBytes.value("y", -1, -1));
    }

    private static OnnxBytes linear(OnnxBytes weights) {
        return graph(OnnxBytes.value("x", -1, 4), OnnxBytes.node("MatMul", List.of("x", "w"), "y"))
                .with(5, weights);
    }

    private static byte[] good() {
        return OnnxBytes.model(linear(OnnxBytes.tensor("w", TestPackages.random(1, 4, 3))));
    }

    private void assertRefused(byte[] file, String... reasons) throws Exception {
        Path path = Files.write(directory.resolve("model.onnx"), file);
        assertThatThrownBy(() -> ImportedModel.read(path))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("model.onnx")
                .hasMessageContainingAll(reasons);
    }

    @Test
    void operators_thatAreUnknown_areNamedAllAtOnce() throws Exception {
        byte[] file =
                OnnxBytes.model(
                        graph(
                                OnnxBytes.value("x", -1, 4),
                                OnnxBytes.node("Gelu", List.of("x"), "a"),
                                OnnxBytes.node("Relu", List.of("a"), "b"),
                                OnnxBytes.node("Attention", List.of("b"), "y")
                                        .text(7, "com.example")));
        assertRefused(
                file, "unsupported: Gelu (node 'the a'), com.example.Attention (node 'the y')");
    }

    @Test
    void nodes_withoutAnOperator_areRefused() throws Exception {
        assertRefused(
                OnnxBytes.model(OnnxBytes.message().bytes(1, new byte[0])),
                "a node without an operator");
    }

    /** Each is a few bytes of a file and kilobytes of an import. */
    @Test
    void nodes_withoutWeights_areRefusedWhenThereAreMany() throws Exception {
        OnnxBytes graph = OnnxBytes.message();
        for (int i = 0; i < 5_000; i++) {
            graph = graph.with(1, OnnxBytes.node("Relu", List.of("x"), "y"));
        }
        assertRefused(OnnxBytes.model(graph), "too many nodes, attributes and numbers");
    }

    @Test
    void weights_ofAnotherType_areRefused() throws Exception {
        byte[] file =
                OnnxBytes.model(
                        linear(
                                OnnxBytes.header("w", OnnxBytes.FLOAT16, List.of(4, 3))
                                        .bytes(9, new byte[24])));
        assertRefused(file, "MatMul (node 'the y')", "tensor 'w' holds FLOAT16");
    }

    @Test
    void weights_inAnotherFile_areRefused() throws Exception {
        byte[] file =
                OnnxBytes.model(
                        linear(
                                OnnxBytes.header("w", OnnxBytes.FLOAT, List.of(4, 3))
                                        .with(
                                                13,
                                                OnnxBytes.message()
                                                        .text(1, "location")
                                                        .text(2, "../../etc/passwd"))
                                        .varint(14, 1)));
        assertRefused(file, "lies in another file");
    }

    @Test
    void weights_thatDoNotFillTheirShape_areRefused() throws Exception {
        for (int bytes : new int[] {0, 44, 47, 49, 52}) {
            byte[] file =
                    OnnxBytes.model(
                            linear(
                                    OnnxBytes.header("w", OnnxBytes.FLOAT, List.of(4, 3))
                                            .bytes(9, new byte[bytes])));
            assertRefused(file, "do not fill its dims [4, 3]");
        }
        byte[] huge =
                OnnxBytes.model(
                        linear(OnnxBytes.header("w", OnnxBytes.FLOAT, List.of(1 << 30, 1 << 30))));
        assertRefused(huge, "which are no tensor's");
    }

    @Test
    void inputs_thatAreNoRows_areRefused() throws Exception {
        OnnxBytes relu = OnnxBytes.node("Relu", List.of("x"), "y");
        assertRefused(
                OnnxBytes.model(graph(OnnxBytes.value("x", 16, 4), relu)), "takes exactly 16 rows");
        assertRefused(
                OnnxBytes.model(graph(OnnxBytes.value("x", -1, -1), relu)), "axis 1 is not fixed");
        assertRefused(
                OnnxBytes.model(
                        graph(OnnxBytes.value("x", OnnxBytes.INT64, new int[] {-1, 4}), relu)),
                "is INT64; it must be FLOAT");
        assertRefused(
                OnnxBytes.model(
                        graph(OnnxBytes.value("x", -1, 4), relu)
                                .with(11, OnnxBytes.value("z", -1, 4))),
                "has 2 inputs");
    }

    @Test
    void nodes_thatAskForMore_areRefused() throws Exception {
        assertRefusedNode(
                OnnxBytes.node("Conv", List.of("x", "w"), "y", OnnxBytes.attribute("group", 2)),
                "group = 2 is not supported");
        assertRefusedNode(
                OnnxBytes.node("Conv", List.of("x", "w"), "y", OnnxBytes.list("dilations", 2, 2)),
                "dilations are not supported");
        assertRefusedNode(
                OnnxBytes.node("Relu", List.of("x"), "y", OnnxBytes.attribute("novel", 1)),
                "attributes [novel] are not supported");
        assertRefusedNode(OnnxBytes.node("Relu", List.of("nothing"), "y"), "reads 'nothing'");
        assertRefusedNode(OnnxBytes.node("Relu", List.of("x"), "w"), "is used twice");
        assertRefusedNode(OnnxBytes.node("ReduceSum", List.of("x", "zero"), "y"), "adds up rows");
        assertRefusedNode(
                OnnxBytes.node("Reshape", List.of("x", "rows"), "y"), "does not keep the rows");
        assertRefusedNode(
                OnnxBytes.node("Transpose", List.of("x"), "y", OnnxBytes.list("perm", 1, 0, 2, 3)),
                "Transpose (node 'the y')");
        assertRefusedNode(
                OnnxBytes.node(
                        "MaxPool",
                        List.of("x"),
                        "y",
                        OnnxBytes.list("kernel_shape", 2, 2),
                        OnnxBytes.list("strides", 2, 2),
                        OnnxBytes.attribute("ceil_mode", 1)),
                "ceil_mode");
    }

    private void assertRefusedNode(OnnxBytes node, String reason) throws Exception {
        assertRefused(
                OnnxBytes.model(
                        graph(OnnxBytes.value("x", -1, 2, 5, 5), node)
                                .with(5, OnnxBytes.tensor("w", TestPackages.random(1, 2, 2, 3, 3)))
                                .with(5, OnnxBytes.integers("zero", 0))
                                .with(5, OnnxBytes.integers("rows", 25, -1))),
                "(node '",
                reason);
    }

    @Test
    void filters_thatAreTheInputItself_areRefused() throws Exception {
        assertRefused(
                OnnxBytes.model(
                        graph(
                                OnnxBytes.value("x", -1, 1, 4, 4),
                                OnnxBytes.node("Conv", List.of("x", "x"), "y"))),
                "its filters are rows of the input");
    }

    @Test
    void reshape_beyondAllNumbers_isRefused() throws Exception {
        long most = Integer.MAX_VALUE;
        assertRefused(
                OnnxBytes.model(
                        graph(
                                        OnnxBytes.value("x", -1, 4),
                                        OnnxBytes.node("Reshape", List.of("x", "s"), "y"))
                                .with(5, OnnxBytes.integers("s", -1, most, most, most))),
                "does not fit [batch, 4]");
    }

    /** A node of a few bytes makes a turned copy of a weight under every name that it has. */
    @Test
    void weights_usedInManyForms_areRefused() throws Exception {
        OnnxBytes graph =
                OnnxBytes.message()
                        .with(11, OnnxBytes.value("x", -1, 64))
                        .with(12, OnnxBytes.value("y", -1, 32))
                        .with(5, OnnxBytes.tensor("w", TestPackages.random(1, 32, 64)));
        for (int i = 0; i < 50; i++) {
            graph.with(1, OnnxBytes.node("Identity", List.of("w"), "w" + i))
                    .with(
                            1,
                            OnnxBytes.node(
                                    "Gemm",
                                    List.of("x", "w" + i),
                                    i == 49 ? "y" : "y" + i,
                                    OnnxBytes.attribute("transB", 1)));
        }
        assertRefused(OnnxBytes.model(graph), "many times the weights that the file holds");
    }

    @Test
    void operators_ofAnUnknownVersion_areRefused() throws Exception {
        OnnxBytes graph = linear(OnnxBytes.tensor("w", TestPackages.random(1, 4, 3)));
        assertRefused(OnnxBytes.model(graph, 6), "version 6");
        assertRefused(OnnxBytes.model(graph, 99), "version 99");
        assertRefused(OnnxBytes.message().with(7, graph).bytes(), "version 0");
    }

    @Test
    void weights_thatAreNotFinite_areRefusedWhenStored() throws Exception {
        Tensor w = Tensor.of(Shape.of(4, 1), new float[] {1, Float.NaN, 2, 3});
        Path file =
                Files.write(
                        directory.resolve("model.onnx"),
                        OnnxBytes.model(linear(OnnxBytes.tensor("w", w))));
        ImportedModel model = ImportedModel.read(file);
        var blobs = dev.assay.protocol.blob.BlobStore.open(directory.resolve("blobs"));
        assertThatThrownBy(() -> model.store("nan", blobs)).hasMessageContaining("finite");
    }

    @Test
    void file_thatIsNoOnnx_isRefused() throws Exception {
        assertRefused(new byte[0], "holds no graph");
        assertRefused(
                "version: assay/v1\n".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "not ONNX");
        assertRefused(new byte[] {0x3a, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f}, "truncated");
        assertThatThrownBy(() -> ImportedModel.read(directory.resolve("none.onnx")))
                .hasMessageContaining("cannot be read");
    }

    /** A length of two gigabytes in a file of few bytes takes no memory. */
    @Test
    void lengths_beyondTheFile_areRefusedBeforeAnythingIsTaken() throws Exception {
        byte[] raw = {0x4a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07};
        for (int field : new int[] {4, 7, 9}) {
            raw[0] = (byte) (field << 3 | 2);
            byte[] graph = wrapped(5, raw);
            assertRefused(wrapped(7, graph), "truncated");
        }
    }

    private static byte[] wrapped(int field, byte[] content) {
        return OnnxBytes.message().bytes(field, content).bytes();
    }

    @Test
    void graphs_nestedDeeply_areNotFollowed() throws Exception {
        OnnxBytes inner = OnnxBytes.message();
        for (int i = 0; i < 2_000; i++) {
            inner =
                    OnnxBytes.message()
                            .with(
                                    1,
                                    OnnxBytes.message()
                                            .with(5, OnnxBytes.message().with(6, inner)));
        }
        assertRefused(
                OnnxBytes.model(
                        graph(
                                OnnxBytes.value("x", -1, 4),
                                OnnxBytes.node(
                                        "Loop",
                                        List.of("x"),
                                        "y",
                                        OnnxBytes.message().text(1, "body").with(6, inner)))),
                "unsupported: Loop");
        byte[] groups = new byte[1 << 20];
        Arrays.fill(groups, (byte) (2 << 3 | 3));
        assertRefused(groups, "group");
    }

    @Test
    void file_thatIsTooLarge_isRefusedUnread() throws Exception {
        Path file = directory.resolve("model.onnx");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength((1L << 30) + 1);
        }
        assertThatThrownBy(() -> ImportedModel.read(file)).hasMessageContaining("at most");
    }

    @Test
    void file_cutAnywhere_isRefusedOrWhole() throws Exception {
        byte[] good = good();
        Path file = directory.resolve("model.onnx");
        int refused = 0;
        for (int length = 0; length < good.length; length++) {
            Files.write(file, Arrays.copyOf(good, length));
            refused += refused(file) ? 1 : 0;
        }
        assertThat(refused).isEqualTo(good.length);
        Files.write(file, good);
        assertThat(refused(file)).isFalse();
    }

    @Test
    void file_withRandomBytesChanged_isImportedOrRefused() throws Exception {
        Random random = new Random(11);
        byte[] good = good();
        Path file = directory.resolve("model.onnx");
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] mutated = good.clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
            }
            Files.write(file, mutated);
            refused += refused(file) ? 1 : 0;
        }
        assertThat(refused).isBetween(1, 2999);
    }

    /** Any other exception fails the test. */
    private static boolean refused(Path file) {
        try {
            ImportedModel.read(file);
            return false;
        } catch (ModelException e) {
            assertThat(e.getMessage()).contains("model.onnx");
            return true;
        }
    }
}
