package dev.assay.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.onnx.ImportedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.runtime.TestPackages;
import dev.assay.runtime.exact.ExactEngine;
import dev.assay.runtime.pytorch.PyTorchEngine;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** ONNX files run on both engines, against loops that compute what ONNX says. */
final class OnnxImportTest {
    private static final Path CACHE = Path.of("target", "djl");
    private static final int ROWS = 3;

    @TempDir Path directory;

    private interface Reference {
        /** The output at a row and column, from the input's values. */
        double at(float[] x, int row, int column);
    }

    private static OnnxBytes graph(OnnxBytes input, OnnxBytes... nodes) {
        OnnxBytes graph = OnnxBytes.message().text(2, "tests");
        for (OnnxBytes node : nodes) {
            graph.with(1, node);
        }
        return graph.with(11, input).with(12, OnnxBytes.value("y", -1, -1));
    }

    private ImportedModel imported(byte[] file) throws Exception {
        return ImportedModel.read(Files.write(directory.resolve("model.onnx"), file));
    }

    private void assertComputes(byte[] file, int columns, Reference reference) throws Exception {
        ImportedModel model = imported(file);
        Shape input = model.graph().inputs().values().iterator().next().shape();
        int[] dims = input.withBatch(ROWS).dims().stream().mapToInt(Integer::intValue).toArray();
        Tensor x = TestPackages.random(7, dims);
        for (Engine engine : List.<Engine>of(new ExactEngine(1), PyTorchEngine.start(CACHE, 1))) {
            try (engine;
                    LoadedModel loaded = engine.load(model.graph(), model.parameters())) {
                Tensor y = loaded.run(List.of(x), Trace.OFF).getFirst();
                assertThat(y.shape()).as(engine.name()).isEqualTo(Shape.of(ROWS, columns));
                for (int i = 0; i < ROWS * columns; i++) {
                    assertThat((double) y.values()[i])
                            .as(engine.name() + " element " + i)
                            .isCloseTo(
                                    reference.at(x.values(), i / columns, i % columns),
                                    within(1e-5));
                }
            }
        }
    }

    @Test
    void gemm_withEveryAttribute_isComputed() throws Exception {
        Tensor b = TestPackages.random(1, 5, 4);
        Tensor c = TestPackages.random(2, 5);
        byte[] file =
                OnnxBytes.model(
                        graph(
                                        OnnxBytes.value("x", -1, 4),
                                        OnnxBytes.node(
                                                "Gemm",
                                                List.of("x", "b", "c"),
                                                "y",
                                                OnnxBytes.attribute("alpha", .5f),
                                                OnnxBytes.attribute("beta", 2f),
                                                OnnxBytes.attribute("transB", 1)))
                                .with(5, OnnxBytes.tensor("b", b))
                                .with(5, OnnxBytes.packed("c", c)));
        assertComputes(
                file,
                5,
                (x, row, column) -> {
                    double sum = 0;
                    for (int k = 0; k < 4; k++) {
                        sum += x[row * 4 + k] * b.values()[column * 4 + k];
                    }
                    return .5 * sum + 2 * c.values()[column];
                });
    }

    @Test
    void matMulAddReluSoftmax_isComputed() throws Exception {
        Tensor w = TestPackages.random(1, 4, 3);
        byte[] file =
                OnnxBytes.model(
                        graph(
                                        OnnxBytes.value("x", -1, 4),
                                        OnnxBytes.node(
                                                "Constant",
                                                List.of(),
                                                "bias",
                                                OnnxBytes.attribute(
                                                        "value",
                                                        OnnxBytes.tensor(
                                                                "",
                                                                Tensor.of(
                                                                        Shape.of(1, 3),
                                                                        new float[] {
                                                                            .1f, -.2f, .3f
                                                                        })))),
                                        OnnxBytes.node("MatMul", List.of("x", "w"), "h:0"),
                                        OnnxBytes.node("Add", List.of("bias", "h:0"), "h/1"),
                                        OnnxBytes.node("Relu", List.of("h/1"), "h_0"),
                                        OnnxBytes.node("Dropout", List.of("h_0"), "h3"),
                                        OnnxBytes.node("Identity", List.of("h3"), "h4"),
                                        OnnxBytes.node(
                                                "Softmax",
                                                List.of("h4"),
                                                "y",
                                                OnnxBytes.attribute("axis", -1)))
                                .with(5, OnnxBytes.tensor("w", w)));
        float[] bias = {.1f, -.2f, .3f};
        assertComputes(
                file,
                3,
                (x, row, column) -> {
                    double[] h = new double[3];
                    double sum = 0;
                    for (int j = 0; j < 3; j++) {
                        h[j] = bias[j];
                        for (int k = 0; k < 4; k++) {
                            h[j] += x[row * 4 + k] * w.values()[k * 3 + j];
                        }
                        sum += Math.exp(Math.max(h[j], 0));
                    }
                    return Math.exp(Math.max(h[column], 0)) / sum;
                });
    }

    @Test
    void convPoolFlatten_withOddPadsAndNoBias_isComputed() throws Exception {
        Tensor w = TestPackages.random(1, 2, 1, 3, 3);
        byte[] file =
                OnnxBytes.model(
                        graph(
                                        OnnxBytes.value("x", -1, 1, 4, 4),
                                        OnnxBytes.node(
                                                "Conv",
                                                List.of("x", "w"),
                                                "h",
                                                OnnxBytes.list("pads", 1, 0, 1, 2),
                                                OnnxBytes.list("kernel_shape", 3, 3),
                                                OnnxBytes.list("strides", 1, 1)),
                                        OnnxBytes.node(
                                                "MaxPool",
                                                List.of("h"),
                                                "p",
                                                OnnxBytes.list("kernel_shape", 2, 2),
                                                OnnxBytes.list("strides", 2, 2)),
                                        OnnxBytes.node("Flatten", List.of("p"), "y"))
                                .with(5, OnnxBytes.tensor("w", w)));
        assertComputes(
                file,
                8,
                (x, row, column) -> {
                    double best = Double.NEGATIVE_INFINITY;
                    for (int i = 0; i < 4; i++) {
                        int oh = 2 * (column % 4 / 2) + i / 2;
                        int ow = 2 * (column % 2) + i % 2;
                        best = Math.max(best, conv(x, w.values(), row, column / 4, oh - 1, ow));
                    }
                    return best;
                });
    }

    /** The 3 × 3 cross-correlation of a 4 × 4 image, its window's corner at (top, left). */
    private static double conv(float[] x, float[] w, int row, int filter, int top, int left) {
        double sum = 0;
        for (int i = 0; i < 9; i++) {
            int h = top + i / 3;
            int v = left + i % 3;
            if (h >= 0 && h < 4 && v >= 0 && v < 4) {
                sum += x[row * 16 + h * 4 + v] * w[filter * 9 + i];
            }
        }
        return sum;
    }

    @Test
    void reshapeTransposeReduce_keepRowsApart() throws Exception {
        byte[] file =
                OnnxBytes.model(
                        graph(
                                        OnnxBytes.value("x", -1, 6),
                                        OnnxBytes.node("Reshape", List.of("x", "to"), "r"),
                                        OnnxBytes.node(
                                                "Transpose",
                                                List.of("r"),
                                                "t",
                                                OnnxBytes.list("perm", 0, 2, 1)),
                                        OnnxBytes.node("Mul", List.of("two", "t"), "m"),
                                        OnnxBytes.node("ReduceSum", List.of("m", "axes"), "s"),
                                        OnnxBytes.node("Reshape", List.of("s", "flat"), "y"))
                                .with(5, OnnxBytes.integers("to", 0, 2, -1))
                                .with(5, OnnxBytes.integers("axes", -1))
                                .with(5, OnnxBytes.integers("flat", -1, 3))
                                .with(
                                        5,
                                        OnnxBytes.tensor(
                                                "two", Tensor.of(Shape.of(), new float[] {2}))));
        assertComputes(
                file, 3, (x, row, column) -> 2. * (x[row * 6 + column] + x[row * 6 + 3 + column]));
    }

    @Test
    void averagePools_sameAndGlobal_areComputed() throws Exception {
        byte[] file =
                OnnxBytes.model(
                        graph(
                                OnnxBytes.value("x", 1, 2, 3, 3),
                                OnnxBytes.node(
                                        "AveragePool",
                                        List.of("x"),
                                        "a",
                                        OnnxBytes.attribute("auto_pad", "SAME_UPPER"),
                                        OnnxBytes.list("kernel_shape", 2, 2)),
                                OnnxBytes.node("GlobalAveragePool", List.of("a"), "y")));
        assertComputes(
                file,
                2,
                (x, row, column) -> {
                    double mean = 0;
                    for (int i = 0; i < 9; i++) {
                        double sum = 0;
                        int count = 0;
                        for (int j = 0; j < 4; j++) {
                            int h = i / 3 + j / 2;
                            int w = i % 3 + j % 2;
                            if (h < 3 && w < 3) {
                                sum += x[row * 18 + column * 9 + h * 3 + w];
                                count++;
                            }
                        }
                        mean += sum / count / 9;
                    }
                    return mean;
                });
    }

    @Test
    void convTranspose_withBias_isComputed() throws Exception {
        Tensor w = TestPackages.random(1, 1, 1, 2, 2);
        byte[] file =
                OnnxBytes.model(
                        graph(
                                        OnnxBytes.value("x", -1, 1, 2, 2),
                                        OnnxBytes.node(
                                                "ConvTranspose",
                                                List.of("x", "w", "b"),
                                                "h",
                                                OnnxBytes.list("strides", 2, 2)),
                                        OnnxBytes.node("Flatten", List.of("h"), "y"))
                                .with(5, OnnxBytes.tensor("w", w))
                                .with(
                                        5,
                                        OnnxBytes.tensor(
                                                "b", Tensor.of(Shape.of(1), new float[] {.5f}))));
        assertComputes(
                file,
                16,
                (x, row, column) -> {
                    int h = column / 4;
                    int v = column % 4;
                    return .5 + x[row * 4 + h / 2 * 2 + v / 2] * w.values()[h % 2 * 2 + v % 2];
                });
    }

    @Test
    void store_ofAnImportedModel_isAPackageWithTheSameDigestEachTime() throws Exception {
        Tensor w = TestPackages.random(1, 4, 3);
        byte[] file =
                OnnxBytes.model(
                        graph(
                                        OnnxBytes.value("x", -1, 4),
                                        OnnxBytes.node("MatMul", List.of("x", "w"), "y"))
                                .with(5, OnnxBytes.tensor("w", w)));
        BlobStore blobs = BlobStore.open(directory.resolve("blobs"));
        var digest = imported(file).store("tiny", blobs);
        assertThat(imported(file).store("tiny", blobs)).isEqualTo(digest);
        ModelPackage stored = ModelPackage.open(blobs, digest);
        assertThat(stored.manifest().rows().columns()).isEqualTo(4);
        assertThat(stored.parameter("w").sameBits(w)).isTrue();
    }
}
