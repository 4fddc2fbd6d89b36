package dev.assay.models.pack;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.tensor.DType;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The safetensors file format, for fp32 tensors.
 *
 * <pre>
 * u64LE n   n bytes of JSON {"name": {"dtype": "F32", "shape": [..], "data_offsets": [begin, end]}, ..}   data
 * </pre>
 *
 * Reading is strict: offsets must tile the data without gap or overlap, and every value must be
 * finite. Other element types are refused by name before any byte of them is read.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
public final class Safetensors {
    private static final int MAX_HEADER = 16 << 20;

    /** The most bytes of values that {@link #write} takes: the file is one array. */
    public static final int MAX_DATA = Integer.MAX_VALUE - MAX_HEADER - 64;

    private Safetensors() {}

    /**
     * The file's bytes for these tensors, in their order; the header is padded with spaces to 8
     * bytes.
     */
    public static byte[] write(Map<String, Tensor> tensors) {
        ObjectNode header = CanonicalJson.object();
        int offset = 0;
        for (var entry : tensors.entrySet()) {
            int end =
                    Math.addExact(offset, Math.multiplyExact(4, entry.getValue().values().length));
            ObjectNode fields = header.putObject(entry.getKey());
            fields.put("dtype", "F32");
            entry.getValue().shape().dims().forEach(fields.putArray("shape")::add);
            fields.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String json = header.toString();
        int padding = (8 - json.getBytes(StandardCharsets.UTF_8).length % 8) % 8;
        byte[] head = (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
        ByteBuffer file =
                ByteBuffer.allocate(8 + head.length + offset).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(head.length).put(head);
        for (Tensor tensor : tensors.values()) {
            for (float value : tensor.values()) {
                file.putFloat(value);
            }
        }
        return file.array();
    }

    /** Reads every tensor of a file. */
    public static Map<String, Tensor> read(Path file) throws ModelException {
        return read(file, _ -> {});
    }

    /**
     * Reads a file that must hold exactly these tensors; they come in the order given. Of a file
     * that does not, no more than the header is read.
     */
    public static Map<String, Tensor> read(Path file, Map<String, TensorType> declared)
            throws ModelException {
        Map<String, Tensor> tensors =
                read(file, entries -> requireDeclared(entries, declared, file));
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        declared.keySet().forEach(name -> ordered.put(name, requireNonNull(tensors.get(name))));
        return ordered;
    }

    /** Looks at a header before what it describes is read. */
    private interface HeaderCheck {
        void check(List<Entry> entries) throws ModelException;
    }

    private static Map<String, Tensor> read(Path file, HeaderCheck check) throws ModelException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size < 8) {
                throw bad(file, "truncated: " + size + " bytes, too short for a header");
            }
            long length = buffer(channel, 0, 8, file).getLong();
            if (length < 2 || length > MAX_HEADER || length > size - 8) {
                throw bad(
                        file,
                        "truncated or not safetensors: it announces a header of "
                                + length
                                + " bytes in a file of "
                                + size);
            }
            byte[] header = new byte[(int) length];
            buffer(channel, 8, (int) length, file).get(header);
            List<Entry> entries = entries(header, file);
            check.check(entries);
            return tensors(channel, 8 + length, size, entries, file);
        } catch (IOException e) {
            throw new ModelException(Code.MISSING, file + ": cannot be read: " + e.getMessage());
        }
    }

    private static void requireDeclared(
            List<Entry> entries, Map<String, TensorType> declared, Path file)
            throws ModelException {
        Map<String, TensorType> missing = new LinkedHashMap<>(declared);
        for (Entry entry : entries) {
            TensorType type = missing.remove(entry.name());
            if (type == null || !type.equals(entry.type())) {
                throw bad(
                        file,
                        "tensor '"
                                + entry.name()
                                + "' is "
                                + entry.type()
                                + (type == null ? "; there should be none" : ", expected " + type));
            }
        }
        for (Map.Entry<String, TensorType> entry : missing.entrySet()) {
            throw bad(
                    file,
                    "tensor '" + entry.getKey() + "' is missing; it should be " + entry.getValue());
        }
    }

    private record Entry(String name, Shape shape, long begin, long end) {
        TensorType type() {
            return new TensorType(DType.F32, shape);
        }
    }

    private static List<Entry> entries(byte[] header, Path file) throws ModelException {
        try {
            JsonFields fields =
                    JsonFields.of(
                            StrictJson.object(header, MAX_HEADER, file.toString()),
                            file.toString());
            List<Entry> entries = new ArrayList<>();
            for (String name : fields.names()) {
                if (!name.equals("__metadata__")) {
                    entries.add(entry(name, fields.object(name)));
                }
            }
            entries.sort(Comparator.comparingLong(Entry::begin));
            return entries;
        } catch (JsonException e) {
            throw new ModelException(Code.BAD_FORMAT, e.getMessage());
        }
    }

    private static Entry entry(String name, JsonFields fields) throws JsonException {
        String dtype = fields.text("dtype");
        if (!dtype.equals("F32")) {
            throw fields.error(
                    "element type " + dtype + " is not supported; convert the weights to F32");
        }
        Shape shape;
        try {
            shape = Shape.of(fields.integers("shape"));
        } catch (IllegalArgumentException e) {
            throw fields.error(e.getMessage());
        }
        if (shape.batched()) {
            throw fields.error("a dimension is negative");
        }
        List<Integer> offsets = fields.integers("data_offsets");
        fields.end();
        if (offsets.size() != 2
                || offsets.get(1) - (long) offsets.get(0) != 4L * shape.elements()) {
            throw fields.error(
                    "data_offsets " + offsets + " do not fit shape " + shape + " of F32");
        }
        return new Entry(name, shape, offsets.get(0), offsets.get(1));
    }

    private static Map<String, Tensor> tensors(
            FileChannel channel, long data, long size, List<Entry> entries, Path file)
            throws ModelException, IOException {
        long expected = 0;
        for (Entry entry : entries) {
            if (entry.begin() != expected) {
                throw bad(
                        file,
                        "tensor '"
                                + entry.name()
                                + "' begins at "
                                + entry.begin()
                                + ", expected "
                                + expected);
            }
            expected = entry.end();
        }
        if (data + expected != size) {
            throw bad(
                    file,
                    (data + expected > size ? "truncated" : "bytes left over")
                            + ": "
                            + size
                            + " bytes, its header describes "
                            + (data + expected));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Entry entry : entries) {
            float[] values = new float[entry.shape().elements()];
            buffer(channel, data + entry.begin(), 4 * values.length, file)
                    .asFloatBuffer()
                    .get(values);
            for (int i = 0; i < values.length; i++) {
                if (!Float.isFinite(values[i])) {
                    throw new ModelException(
                            Code.NOT_FINITE,
                            file
                                    + ": tensor '"
                                    + entry.name()
                                    + "' holds "
                                    + values[i]
                                    + " at element "
                                    + i
                                    + "; weights must be finite");
                }
            }
            tensors.put(entry.name(), Tensor.of(entry.shape(), values));
        }
        return tensors;
    }

    private static ByteBuffer buffer(FileChannel channel, long position, int length, Path file)
            throws IOException, ModelException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw bad(file, "truncated while it was read");
            }
        }
        return buffer.flip();
    }

    private static ModelException bad(Path file, String problem) {
        return new ModelException(Code.BAD_FORMAT, file + ": " + problem);
    }
}
