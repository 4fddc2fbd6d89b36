package dev.assay.models.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;

import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

final class SafetensorsTest {
    @TempDir Path directory;

    @Test
    void read_whatWasWritten_isTheSame() throws Exception {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("weight", tensor(Shape.of(2, 3), 1, -0.0f, 3, Float.MIN_VALUE, 5, 6));
        tensors.put("ünicode", tensor(Shape.of(1), Float.MAX_VALUE));
        tensors.put("scalar", tensor(Shape.of(), -7));
        Map<String, Tensor> read = Safetensors.read(file(Safetensors.write(tensors)));
        assertThat(read.keySet()).containsExactlyElementsOf(tensors.keySet());
        tensors.forEach((name, t) -> assertThat(read.get(name)).matches(t::sameBits, name));
    }

    @Test
    void write_anyTensors_alignsTheDataToEightBytes() {
        for (String name : new String[] {"a", "ab", "abc", "abcd", "abcde"}) {
            byte[] file = Safetensors.write(Map.of(name, tensor(Shape.of(1), 1)));
            assertThat((file.length - 4) % 8).isZero();
        }
    }

    @Test
    void read_metadata_isIgnored() throws Exception {
        Path file =
                file(
                        "{'__metadata__':{'format':'pt'},"
                                + "'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}",
                        floats(1));
        assertThat(Safetensors.read(file)).containsOnlyKeys("a");
    }

    @Test
    void read_tensorsOutOfOrderInTheHeader_areFoundByTheirOffsets() throws Exception {
        Path file = file("{" + f32("b", 1, 4, 8) + "," + f32("a", 1, 0, 4) + "}", floats(1, 2));
        Map<String, Tensor> tensors = Safetensors.read(file);
        assertThat(tensors.get("a")).matches(tensor(Shape.of(1), 1)::sameBits);
        assertThat(tensors.get("b")).matches(tensor(Shape.of(1), 2)::sameBits);
    }

    @Test
    void read_declaredTensors_comeInTheOrderDeclared() throws Exception {
        Path file = file("{" + f32("b", 1, 0, 4) + "," + f32("a", 1, 4, 8) + "}", floats(1, 2));
        Map<String, TensorType> declared = new LinkedHashMap<>();
        declared.put("a", TensorType.f32(1));
        declared.put("b", TensorType.f32(1));
        Map<String, Tensor> tensors = Safetensors.read(file, declared);
        assertThat(tensors.keySet()).containsExactly("a", "b");
        assertThat(tensors.get("a")).matches(tensor(Shape.of(1), 2)::sameBits);
    }

    @Test
    void read_otherTensorsThanDeclared_isRefusedBeforeTheirValuesAreRead() throws Exception {
        Path file = file("{" + f32("a", 2, 0, 8) + "}", floats(1, Float.NaN));
        assertUndeclared(file, Map.of("a", TensorType.f32(1)), "'a' is f32[2], expected f32[1]");
        assertUndeclared(file, Map.of(), "'a' is f32[2]; there should be none");
        assertUndeclared(
                file,
                Map.of("a", TensorType.f32(2), "b", TensorType.f32(1)),
                "'b' is missing; it should be f32[1]");
    }

    private static void assertUndeclared(
            Path file, Map<String, TensorType> declared, String problem) {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> Safetensors.read(file, declared))
                .withMessageContaining(problem);
    }

    @Test
    void read_everyProperPrefix_isAModelException() throws Exception {
        byte[] whole =
                Safetensors.write(
                        Map.of("a", tensor(Shape.of(2), 1, 2), "b", tensor(Shape.of(1), 3)));
        for (int length = 0; length < whole.length; length++) {
            assertBad(file(Arrays.copyOf(whole, length))).withMessageContaining("truncated");
        }
    }

    @Test
    void read_everySingleByteChanged_isReadOrAModelException() throws Exception {
        byte[] whole = Safetensors.write(Map.of("a", tensor(Shape.of(2), 1, 2)));
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) 0x81;
            Path file = file(changed);
            try {
                assertThat(Safetensors.read(file)).hasSizeLessThan(2);
            } catch (ModelException e) {
                assertThat(e).hasMessageContaining(file.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"BF16", "I16", "F16", "F64", "I64", "U8", "BOOL", "F8_E4M3", "f32"})
    void read_otherElementType_isRefusedByName(String dtype) throws Exception {
        assertBad(file(f32("layer.w", 1, 0, 4).replace("F32", dtype), floats(1)))
                .withMessageContaining("element type " + dtype + " is not supported")
                .withMessageContaining("layer.w");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void read_valueNotFinite_namesTensorAndElement(float value) throws Exception {
        Path file = file(f32("layer.w", 3, 0, 12), floats(1, 2, value));
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> Safetensors.read(file))
                .satisfies(e -> assertThat(e.code()).isEqualTo(Code.NOT_FINITE))
                .withMessageContaining("tensor 'layer.w' holds " + value + " at element 2");
    }

    @Test
    void read_gap_namesTheTensorAfterIt() throws Exception {
        assertBad(file(f32("a", 1, 0, 4) + "," + f32("b", 1, 8, 12), floats(1, 2, 3)))
                .withMessageContaining("tensor 'b' begins at 8, expected 4");
        assertBad(file(f32("a", 1, 4, 8), floats(1, 2)))
                .withMessageContaining("tensor 'a' begins at 4, expected 0");
    }

    @Test
    void read_overlap_namesTheSecondTensor() throws Exception {
        assertBad(file(f32("a", 2, 0, 8) + "," + f32("b", 1, 4, 8), floats(1, 2)))
                .withMessageContaining("tensor 'b' begins at 4, expected 8");
        assertBad(file(f32("a", 1, 0, 4) + "," + f32("b", 1, 0, 4), floats(1)))
                .withMessageContaining("begins at 0, expected 4");
    }

    @Test
    void read_bytesLeftOver_isRefused() throws Exception {
        assertBad(file(f32("a", 1, 0, 4), floats(1, 2))).withMessageContaining("bytes left over");
        assertBad(file("{}", floats(1))).withMessageContaining("bytes left over");
    }

    @Test
    void read_dataMissing_isTruncated() throws Exception {
        assertBad(file(f32("a", 2, 0, 8), floats(1))).withMessageContaining("truncated");
    }

    @Test
    void read_sameNameTwice_isRefused() throws Exception {
        assertBad(file(f32("a", 1, 0, 4) + "," + f32("a", 1, 4, 8), floats(1, 2)))
                .withMessageContaining("uplicate")
                .withMessageContaining("'a'");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 17 << 20, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE, -1})
    void read_headerLengthBeyondTheFile_isRefused(long announced) throws Exception {
        byte[] bytes = Safetensors.write(Map.of("a", tensor(Shape.of(1), 1)));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, announced);
        assertBad(file(bytes)).withMessageContaining("a header of " + announced + " bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[0,8]",
                "[4,0]",
                "[0]",
                "[]",
                "[0,4,8]",
                "[0,2147483648]",
                "[-4,0]",
                "[0.0,4.0]"
            })
    void read_offsetsThatDoNotFitTheShape_isRefused(String offsets) throws Exception {
        assertBad(file(f32("a", 1, 0, 4).replace("[0,4]", offsets), floats(1)))
                .withMessageContaining("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[0]",
                "[-1]",
                "[65536,65536]",
                "[1,1,1,1,1,1,1,1,1]",
                "['1']",
                "[1.5]",
                "1",
                "[2147483647]"
            })
    void read_shapeThatIsNone_namesTheTensor(String shape) throws Exception {
        assertBad(file(f32("layer.w", 1, 0, 4).replace("[1]", shape), floats(1)))
                .withMessageContaining("layer.w");
    }

    @Test
    void read_unknownFieldOfATensor_isRefused() throws Exception {
        assertBad(file(f32("a", 1, 0, 4).replace("}", ",'strides':[1]}"), floats(1)))
                .withMessageContaining("strides: unknown field");
    }

    @Test
    void read_headerNotJson_isRefused() throws Exception {
        assertBad(file("[]", floats())).withMessageContaining("expected a JSON object");
        assertBad(file("{'a':1}", floats())).withMessageContaining("a: expected an object");
        assertBad(file("{} {}", floats())).withMessageContaining("not valid JSON");
    }

    @Test
    void read_headerNotUtf8_isRefused() throws Exception {
        byte[] bytes = Safetensors.write(Map.of("a", tensor(Shape.of(1), 1)));
        bytes[8 + 2] = (byte) 0xff;
        assertBad(file(bytes)).withMessageContaining("not UTF-8");
    }

    @Test
    void read_noSuchFile_isMissing() {
        Path absent = directory.resolve("absent.safetensors");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> Safetensors.read(absent))
                .satisfies(e -> assertThat(e.code()).isEqualTo(Code.MISSING))
                .withMessageContaining("absent.safetensors");
    }

    private static ThrowableAssertAlternative<ModelException> assertBad(Path file) {
        return assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> Safetensors.read(file))
                .satisfies(e -> assertThat(e.code()).isEqualTo(Code.BAD_FORMAT))
                .withMessageContaining(file.toString());
    }

    private static Tensor tensor(Shape shape, float... values) {
        return Tensor.of(shape, values);
    }

    private static String f32(String name, int elements, int begin, int end) {
        return "'%s':{'dtype':'F32','shape':[%d],'data_offsets':[%d,%d]}"
                .formatted(name, elements, begin, end);
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    /** A file with this header, in single quotes and with or without its braces. */
    private Path file(String header, byte[] data) throws IOException {
        boolean whole = header.startsWith("{") || header.startsWith("[");
        byte[] json =
                (whole ? header : "{" + header + "}")
                        .replace('\'', '"')
                        .getBytes(StandardCharsets.UTF_8);
        return file(
                ByteBuffer.allocate(8 + json.length + data.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length)
                        .put(json)
                        .put(data)
                        .array());
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("model.safetensors"), bytes);
    }
}
