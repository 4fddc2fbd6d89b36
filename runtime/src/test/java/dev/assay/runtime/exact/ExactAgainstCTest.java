package dev.assay.runtime.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.graph.Window;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The sums of products against a C program of {@code fmaf} loops. */
class ExactAgainstCTest {
    /**
     * Convolution of stride 1 and equal pads, of which the matrix product is the case of images and
     * kernels of one element. Standard input: image, filters and bias; arguments: images, channels,
     * height, width, filters, kernel side, pad.
     */
    private static final String PROGRAM =
            """
            #include <math.h>
            #include <stdio.h>
            #include <stdlib.h>
            static float *take(int n) {
                float *p = malloc(n * sizeof *p);
                if (fread(p, sizeof *p, n, stdin) != (size_t) n) exit(2);
                return p;
            }
            int main(int argc, char **argv) {
                int v[7];
                for (int i = 0; i < 7; i++) v[i] = i + 1 < argc ? atoi(argv[i + 1]) : 0;
                int N = v[0], C = v[1], H = v[2], W = v[3], O = v[4], K = v[5], P = v[6];
                float *x = take(N * C * H * W), *f = take(O * C * K * K), *b = take(O);
                for (int n = 0; n < N; n++) for (int o = 0; o < O; o++)
                for (int i = 0; i < H + 2 * P - K + 1; i++) for (int j = 0; j < W + 2 * P - K + 1; j++) {
                    float sum = 0.0f;
                    for (int c = 0; c < C; c++) for (int p = 0; p < K; p++) for (int q = 0; q < K; q++) {
                        int h = i + p - P, w = j + q - P, in = h >= 0 && h < H && w >= 0 && w < W;
                        float e = in ? x[((n * C + c) * H + h) * W + w] : 0.0f;
                        sum = fmaf(e, f[((o * C + c) * K + p) * K + q], sum);
                    }
                    sum += b[o];
                    fwrite(&sum, sizeof sum, 1, stdout);
                }
                return 0;
            }
            """;

    @TempDir private Path directory;

    @BeforeEach
    void compile() throws Exception {
        Path source = Files.writeString(directory.resolve("oracle.c"), PROGRAM);
        String[] gcc = {
            "gcc", "-O1", "-ffp-contract=off", "-o", "oracle", source.toString(), "-lm"
        };
        try {
            Process compiler =
                    new ProcessBuilder(gcc).directory(directory.toFile()).inheritIO().start();
            assertThat(compiler.waitFor()).as("gcc").isZero();
        } catch (IOException e) {
            assumeTrue(false, "no gcc here");
        }
    }

    @Test
    void conv_plainAndExtremeValues_hasTheBitsOfC() throws Exception {
        for (int seed = 0; seed < 20; seed++) {
            Seeded seeded = new Seeded(seed);
            int kernel = seeded.integer(1, 4);
            int pad = seeded.integer(0, 3);
            int channels = seeded.integer(1, 40);
            int filters = seeded.integer(1, 20);
            Tensor x = seeded.finite(seeded.integer(1, 4), channels, seeded.integer(kernel, 9), 11);
            Tensor weights = seeded.finite(filters, channels, kernel, kernel);
            Tensor bias = seeded.finite(filters);
            float[] y = run(new Operator.Conv(Window.of(1, pad)), x, weights, bias);
            Shape image = x.shape();
            assertThat(c(List.of(x, weights, bias), image, filters, kernel, pad)).isEqualTo(y);
        }
    }

    @Test
    void matMul_plainAndExtremeValues_hasTheBitsOfC() throws Exception {
        for (int seed = 0; seed < 20; seed++) {
            Seeded seeded = new Seeded(seed);
            int m = seeded.integer(1, 30);
            int k = seeded.integer(1, 400);
            int n = seeded.integer(1, 50);
            Tensor a = seeded.finite(m, k);
            Tensor b = seeded.finite(k, n);
            float[] product = run(new Operator.MatMul(), a, b);
            List<Tensor> operands = List.of(a, transposed(b), nothing(n));
            assertThat(c(operands, Shape.of(m, k, 1, 1), n, 1, 0)).isEqualTo(product);
        }
    }

    private static Tensor transposed(Tensor b) {
        int rows = b.shape().dim(0);
        int columns = b.shape().dim(1);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = b.values()[i % rows * columns + i / rows];
        }
        return Tensor.of(Shape.of(columns, rows), values);
    }

    /** A bias that changes no sum: −0. */
    private static Tensor nothing(int size) {
        float[] values = new float[size];
        Arrays.fill(values, -0f);
        return Tensor.of(Shape.of(size), values);
    }

    private static float[] run(Operator operator, Tensor... operands) throws Exception {
        Graph.Builder graph = Graph.builder();
        String[] names = new String[operands.length];
        for (int i = 0; i < operands.length; i++) {
            names[i] = "x" + i;
            graph.input(names[i], operands[i].type());
        }
        try (ExactEngine engine = new ExactEngine(2);
                LoadedModel model =
                        engine.load(graph.node("y", operator, names).build("y"), Map.of())) {
            return model.run(List.of(operands), Trace.OFF).getFirst().values();
        }
    }

    /** What the C program makes of these operands. */
    private float[] c(List<Tensor> operands, Shape image, int filters, int kernel, int pad)
            throws Exception {
        Path input = directory.resolve("input");
        Path output = directory.resolve("output");
        try (OutputStream stream = Files.newOutputStream(input)) {
            for (Tensor operand : operands) {
                byte[] bytes = new byte[4 * operand.values().length];
                floats(bytes).put(operand.values());
                stream.write(bytes);
            }
        }
        List<String> command = new ArrayList<>(List.of("./oracle"));
        image.dims().forEach(dim -> command.add(dim.toString()));
        IntStream.of(filters, kernel, pad).forEach(number -> command.add("" + number));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectInput(input.toFile())
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor()).as(command.toString()).isZero();
        byte[] bytes = Files.readAllBytes(output);
        float[] values = new float[bytes.length / 4];
        floats(bytes).get(values);
        return values;
    }

    private static FloatBuffer floats(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
