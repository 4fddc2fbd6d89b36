package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Jobs whose model is an ONNX file, from order to settled escrow. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class OnnxJobTest {
    private static final int COLUMNS = 64;
    private static final int CLASSES = 10;
    private static final int ROWS = 20;

    @TempDir private Path folder;

    @Test
    void job_ofAnOnnxFile_isRunReplayedAndSettled() throws Exception {
        Path home = folder.resolve("home");
        Path job = Example.edited(folder, ROWS, "builtin:digits", "first.onnx");
        Files.write(folder.resolve("first.onnx"), model("MatMul"));

        Command.Outcome run = Command.in(home, folder).run("run", "--json", job.toString());

        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        assertThat(event(run, "audited").path("method").asText()).isEqualTo("EXACT_REPLAY");
        assertThat(event(run, "audited").path("outcome").asText()).isEqualTo("PASS");
        Path predictions = Path.of(event(run, "result").path("predictions").asText());
        List<String> lines = Files.readAllLines(predictions);
        assertThat(lines).hasSize(ROWS + 1);
        for (int row = 0; row < ROWS; row++) {
            assertThat(lines.get(row + 1)).startsWith(row + 1 + "," + brightest(row) + ",");
        }
        Books.read(home).assertWhole();
    }

    @Test
    void job_ofAnOnnxFileWithAnUnknownOperator_isRefusedBeforeAnythingIsOrdered() throws Exception {
        Path job = Example.edited(folder, ROWS, "builtin:digits", "first.onnx");
        Path file = Files.write(folder.resolve("first.onnx"), model("Gelu"));

        Command.in(folder.resolve("home"), folder)
                .run("run", job.toString())
                .assertError(3, "assay: " + file + ": unsupported: Gelu (node 'y')");
    }

    /** Which of a row's first numbers is the largest, the first of several. */
    private static int brightest(int row) throws Exception {
        int[] numbers =
                Arrays.stream(Example.rows(ROWS).get(row).split(","))
                        .mapToInt(Integer::parseInt)
                        .toArray();
        int best = 0;
        for (int i = 1; i < CLASSES; i++) {
            best = numbers[i] > numbers[best] ? i : best;
        }
        return best;
    }

    private static JsonNode event(Command.Outcome run, String name) throws Exception {
        return run.json().stream()
                .filter(line -> line.path("event").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + run.out()));
    }

    // ---- an ONNX file: the first numbers of a row are its scores ------------------------------

    private static byte[] model(String operator) {
        ByteBuffer weights =
                ByteBuffer.allocate(4 * COLUMNS * CLASSES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < CLASSES; i++) {
            weights.putFloat(4 * (i * CLASSES + i), 1);
        }
        byte[] tensor = join(number(1, COLUMNS), number(1, CLASSES), number(2, 1), text(8, "w"));
        byte[] node = join(text(1, "x"), text(1, "w"), text(2, "y"), text(4, operator));
        byte[] graph =
                join(
                        bytes(1, node),
                        bytes(5, join(tensor, bytes(9, weights.array()))),
                        bytes(11, value("x", COLUMNS)),
                        bytes(12, value("y", CLASSES)));
        return join(number(1, 8), bytes(7, graph), bytes(8, number(2, 13)));
    }

    private static byte[] value(String name, int columns) {
        byte[] shape = join(bytes(1, text(2, "rows")), bytes(1, number(1, columns)));
        return join(text(1, name), bytes(2, bytes(1, join(number(1, 1), bytes(2, shape)))));
    }

    private static byte[] text(int field, String text) {
        return bytes(field, text.getBytes(UTF_8));
    }

    private static byte[] bytes(int field, byte[] content) {
        return join(varint(field << 3 | 2), varint(content.length), content);
    }

    private static byte[] number(int field, int value) {
        return join(varint(field << 3), varint(value));
    }

    private static byte[] varint(int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int rest = value;
        for (; rest > 0x7f; rest >>>= 7) {
            out.write(rest & 0x7f | 0x80);
        }
        out.write(rest);
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
