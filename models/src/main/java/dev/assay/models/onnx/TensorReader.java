package dev.assay.models.onnx;

import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads one TensorProto, whose elements lie raw or one by one. Not thread-safe. */
final class TensorReader {
    /** The element types' numbers that are used. */
    static final int FLOAT = 1;

    private static final int INT64 = 7;
    private static final long EXTERNAL = 1;
    private static final int MAX_RANK = 8;
    private static final int MAX_INTEGERS = 1024;

    private static final List<String> TYPES =
            List.of(
                    "UNDEFINED",
                    "FLOAT",
                    "UINT8",
                    "INT8",
                    "UINT16",
                    "INT16",
                    "INT32",
                    "INT64",
                    "STRING",
                    "BOOL",
                    "FLOAT16",
                    "DOUBLE",
                    "UINT32",
                    "UINT64",
                    "COMPLEX64",
                    "COMPLEX128",
                    "BFLOAT16");

    private final ProtobufFields in;
    private final ReadBudget budget;
    private final List<Long> dims = new ArrayList<>();
    private final List<Long> integers = new ArrayList<>();
    private float[] floats = {};
    private int floatCount;
    private byte @Nullable [] raw;
    private String name = "";
    private long type;
    private boolean external;

    TensorReader(ProtobufFields in, ReadBudget budget) {
        this.in = in;
        this.budget = budget;
    }

    /** The name of an element type, for messages. */
    static String typeName(long type) {
        return type >= 0 && type < TYPES.size() ? TYPES.get((int) type) : "type " + type;
    }

    String name() {
        return name;
    }

    /** Reads a field; false for one that it has no use for. */
    boolean read(int number, int tag) throws IOException {
        switch (number) {
            case 1 -> in.integers(tag, this::dim);
            case 2 -> type = in.integer(tag);
            case 4 -> in.reals(tag, this::floatValue);
            case 7 -> in.integers(tag, this::integer);
            case 8 -> name = new String(in.bytes(tag), StandardCharsets.UTF_8);
            case 9 -> raw = in.bytes(tag);
            case 14 -> external = in.integer(tag) == EXTERNAL;
            default -> {
                return false;
            }
        }
        return true;
    }

    private void dim(long extent) throws MalformedOnnxException {
        if (dims.size() == MAX_RANK) {
            throw new MalformedOnnxException("a tensor of more than " + MAX_RANK + " axes");
        }
        dims.add(extent);
    }

    private void floatValue(float value) {
        if (floatCount == floats.length) {
            floats = Arrays.copyOf(floats, Math.max(16, 2 * floats.length));
        }
        floats[floatCount++] = value;
    }

    /**
     * Whole numbers are shapes and axes here; of others it is enough to know that there are many.
     */
    private void integer(long value) throws MalformedOnnxException {
        if (integers.size() <= MAX_INTEGERS) {
            budget.pay(ReadBudget.ENTRY);
            integers.add(value);
        }
    }

    /** What was read. */
    Constant constant() {
        if (external) {
            return new Constant.Unusable(
                    "lies in another file; save the model with its weights in one file");
        }
        return switch ((int) type) {
            case FLOAT -> floatTensor();
            case INT64 -> integers();
            default ->
                    new Constant.Unusable(
                            "holds "
                                    + typeName(type)
                                    + "; only FLOAT (fp32) weights and INT64 shapes are taken");
        };
    }

    private Constant floatTensor() {
        Shape shape;
        try {
            shape = Shape.of(dims.stream().mapToInt(Math::toIntExact).toArray());
        } catch (IllegalArgumentException | ArithmeticException e) {
            return new Constant.Unusable("has dims " + dims + ", which are no tensor's");
        }
        float[] values = raw == null ? Arrays.copyOf(floats, floatCount) : rawFloats(raw);
        boolean whole = raw == null || raw.length % Float.BYTES == 0;
        if (shape.batched() || !whole || values.length != shape.elements()) {
            return new Constant.Unusable(
                    "holds " + values.length + " numbers, which do not fill its dims " + dims);
        }
        return new Constant.Floats(Tensor.of(shape, values));
    }

    private static float[] rawFloats(byte[] raw) {
        float[] values = new float[raw.length / Float.BYTES];
        ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private Constant integers() {
        if (raw != null && integers.isEmpty() && raw.length <= MAX_INTEGERS * Long.BYTES) {
            ByteBuffer from = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
            while (from.remaining() >= Long.BYTES) {
                integers.add(from.getLong());
            }
        }
        long count = dims.stream().reduce(1L, (a, b) -> a * b);
        return integers.size() <= MAX_INTEGERS && integers.size() == count && dims.size() <= 1
                ? new Constant.Integers(integers)
                : new Constant.Unusable("is no list of at most " + MAX_INTEGERS + " INT64");
    }
}
