package dev.assay.runtime.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.assay.models.tensor.Tensor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Writes ONNX files for tests: protobuf fields, byte by byte, by the numbers of onnx.proto3. */
final class OnnxBytes {
    static final int FLOAT = 1;
    static final int INT64 = 7;
    static final int FLOAT16 = 10;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static OnnxBytes message() {
        return new OnnxBytes();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    OnnxBytes varint(int field, long value) {
        raw((long) field << 3);
        raw(value);
        return this;
    }

    OnnxBytes bytes(int field, byte[] value) {
        raw((long) field << 3 | 2);
        raw(value.length);
        out.writeBytes(value);
        return this;
    }

    OnnxBytes text(int field, String value) {
        return bytes(field, value.getBytes(UTF_8));
    }

    OnnxBytes with(int field, OnnxBytes message) {
        return bytes(field, message.bytes());
    }

    OnnxBytes number(int field, float value) {
        raw((long) field << 3 | 5);
        out.writeBytes(little(value));
        return this;
    }

    private void raw(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    static byte[] little(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    // ---- messages ----------------------------------------------------------------------------

    /** An fp32 tensor with its elements raw. */
    static OnnxBytes tensor(String name, Tensor tensor) {
        return header(name, FLOAT, tensor.shape().dims()).bytes(9, little(tensor.values()));
    }

    /** An fp32 tensor with its elements as packed numbers. */
    static OnnxBytes packed(String name, Tensor tensor) {
        return header(name, FLOAT, tensor.shape().dims()).bytes(4, little(tensor.values()));
    }

    static OnnxBytes header(String name, int type, List<Integer> dims) {
        OnnxBytes tensor = message();
        dims.forEach(dim -> tensor.varint(1, dim));
        return tensor.varint(2, type).text(8, name);
    }

    static OnnxBytes integers(String name, long... values) {
        OnnxBytes tensor = header(name, INT64, List.of(values.length));
        for (long value : values) {
            tensor.varint(7, value);
        }
        return tensor;
    }

    static OnnxBytes attribute(String name, long value) {
        return message().text(1, name).varint(3, value).varint(20, 2);
    }

    static OnnxBytes attribute(String name, float value) {
        return message().text(1, name).number(2, value).varint(20, 1);
    }

    static OnnxBytes attribute(String name, String value) {
        return message().text(1, name).text(4, value).varint(20, 3);
    }

    static OnnxBytes attribute(String name, OnnxBytes tensor) {
        return message().text(1, name).with(5, tensor).varint(20, 4);
    }

    static OnnxBytes list(String name, long... values) {
        OnnxBytes attribute = message().text(1, name);
        for (long value : values) {
            attribute.varint(8, value);
        }
        return attribute.varint(20, 7);
    }

    static OnnxBytes node(
            String operator, List<String> inputs, String output, OnnxBytes... attributes) {
        OnnxBytes node = message();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, output).text(3, "the " + output).text(4, operator);
        for (OnnxBytes attribute : attributes) {
            node.with(5, attribute);
        }
        return node;
    }

    /** An fp32 input or output; −1 is a dynamic extent. */
    static OnnxBytes value(String name, int... dims) {
        return value(name, FLOAT, dims);
    }

    static OnnxBytes value(String name, int type, int[] dims) {
        OnnxBytes shape = message();
        for (int dim : dims) {
            shape.with(1, dim < 0 ? message().text(2, "N") : message().varint(1, dim));
        }
        return message()
                .text(1, name)
                .with(2, message().with(1, message().varint(1, type).with(2, shape)));
    }

    /** A file of operators of version 13. */
    static byte[] model(OnnxBytes graph) {
        return model(graph, 13);
    }

    static byte[] model(OnnxBytes graph, int opset) {
        return message()
                .varint(1, 8)
                .text(2, "a test")
                .with(7, graph)
                .with(8, message().text(1, "").varint(2, opset))
                .bytes();
    }
}
