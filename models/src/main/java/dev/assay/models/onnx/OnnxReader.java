package dev.assay.models.onnx;

import com.google.protobuf.InvalidProtocolBufferException;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.onnx.OnnxFile.Attribute;
import dev.assay.models.onnx.OnnxFile.Dim;
import dev.assay.models.onnx.OnnxFile.Node;
import dev.assay.models.onnx.OnnxFile.Value;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads ONNX files: protobuf messages, read field by field, of which only those are kept that an
 * import needs. Nothing is taken that the file does not hold: every length is checked against what
 * is left of it. Graphs within attributes are skipped, so no depth of nesting is followed.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3">onnx.proto3</a>
 */
final class OnnxReader {
    /** The largest file that is read. */
    static final long MAX_BYTES = 1L << 30;

    private static final int MAX_ENTRIES = 100_000;

    private final ProtobufFields in;

    private final ReadBudget budget;

    private OnnxReader(ProtobufFields in, ReadBudget budget) {
        this.in = in;
        this.budget = budget;
    }

    /** Reads a whole file; an error names it. */
    static OnnxFile read(Path file) throws ModelException {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw bad(file, size + " bytes; at most " + MAX_BYTES + " are read");
            }
            byte[] bytes = Files.readAllBytes(file);
            return new OnnxReader(ProtobufFields.of(bytes), new ReadBudget(bytes.length)).model();
        } catch (InvalidProtocolBufferException | MalformedOnnxException e) {
            throw bad(file, "truncated or not ONNX: " + e.getMessage());
        } catch (IOException e) {
            throw new ModelException(Code.MISSING, file + ": cannot be read: " + e.getMessage());
        }
    }

    private static ModelException bad(Path file, String problem) {
        return new ModelException(Code.BAD_FORMAT, file + ": " + problem);
    }

    private <T> void add(List<T> to, T entry) throws IOException {
        if (to.size() == MAX_ENTRIES) {
            throw new MalformedOnnxException("a list of more than " + MAX_ENTRIES + " entries");
        }
        budget.pay(ReadBudget.ENTRY);
        to.add(entry);
    }

    private OnnxFile model() throws IOException {
        long[] opset = {0};
        List<Node> nodes = new ArrayList<>();
        Map<String, Constant> initializers = new LinkedHashMap<>();
        List<Value> inputs = new ArrayList<>();
        List<Value> outputs = new ArrayList<>();
        boolean[] graph = {false};
        in.all(
                (number, tag) -> {
                    switch (number) {
                        case 7 -> {
                            graph[0] = true;
                            graph(tag, nodes, initializers, inputs, outputs);
                        }
                        case 8 -> opset[0] = Math.max(opset[0], opset(tag));
                        default -> in.skip(tag);
                    }
                });
        if (!graph[0]) {
            throw new MalformedOnnxException("it holds no graph");
        }
        return new OnnxFile(opset[0], nodes, initializers, inputs, outputs);
    }

    /** The version of the standard operators; 0 for those of another domain. */
    private long opset(int tag) throws IOException {
        long[] version = {0};
        String[] domain = {""};
        in.nested(
                tag,
                (number, field) -> {
                    switch (number) {
                        case 1 -> domain[0] = in.text(field);
                        case 2 -> version[0] = in.integer(field);
                        default -> in.skip(field);
                    }
                });
        return isStandard(domain[0]) ? version[0] : 0;
    }

    private static boolean isStandard(String domain) {
        return domain.isEmpty() || domain.equals("ai.onnx");
    }

    private void graph(
            int tag,
            List<Node> nodes,
            Map<String, Constant> initializers,
            List<Value> inputs,
            List<Value> outputs)
            throws IOException {
        in.nested(
                tag,
                (number, field) -> {
                    switch (number) {
                        case 1 -> add(nodes, node(field));
                        case 5 -> initializer(field, initializers);
                        case 11 -> add(inputs, value(field));
                        case 12 -> add(outputs, value(field));
                        case 15 -> throw new MalformedOnnxException("it holds sparse tensors");
                        default -> in.skip(field);
                    }
                });
    }

    private void initializer(int tag, Map<String, Constant> initializers) throws IOException {
        TensorReader tensor = tensor(tag);
        if (initializers.size() == MAX_ENTRIES
                || initializers.putIfAbsent(tensor.name(), tensor.constant()) != null) {
            throw new MalformedOnnxException(
                    "too many initializers, or two of name '" + tensor.name() + "'");
        }
    }

    private TensorReader tensor(int tag) throws IOException {
        budget.pay(ReadBudget.TENSOR);
        TensorReader tensor = new TensorReader(in, budget);
        in.nested(
                tag,
                (number, field) -> {
                    if (!tensor.read(number, field)) {
                        in.skip(field);
                    }
                });
        return tensor;
    }

    private Node node(int tag) throws IOException {
        budget.pay(ReadBudget.NODE);
        String[] texts = {"", "", ""};
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Attribute> attributes = new HashMap<>();
        in.nested(
                tag,
                (number, field) -> {
                    switch (number) {
                        case 1 -> add(inputs, in.text(field));
                        case 2 -> add(outputs, in.text(field));
                        case 3 -> texts[0] = in.text(field);
                        case 4 -> texts[1] = in.text(field);
                        case 5 -> attribute(field, attributes);
                        case 7 -> texts[2] = in.text(field);
                        default -> in.skip(field);
                    }
                });
        if (texts[1].isEmpty()) {
            throw new MalformedOnnxException("a node without an operator");
        }
        String domain = isStandard(texts[2]) ? "" : texts[2];
        return new Node(texts[0], texts[1], domain, inputs, outputs, attributes);
    }

    private void attribute(int tag, Map<String, Attribute> attributes) throws IOException {
        budget.pay(ReadBudget.ATTRIBUTE);
        String[] name = {""};
        List<Float> numbers = new ArrayList<>();
        List<Long> integers = new ArrayList<>();
        // The last one counts.
        Attribute[] single = {new Attribute.Other()};
        in.nested(
                tag,
                (number, field) -> {
                    switch (number) {
                        case 1 -> name[0] = in.text(field);
                        case 2 -> single[0] = paid(new Attribute.Real(in.real(field)));
                        case 3 -> single[0] = paid(new Attribute.Whole(in.integer(field)));
                        case 4 -> single[0] = paid(new Attribute.Text(in.text(field)));
                        case 5 -> single[0] = new Attribute.Of(tensor(field).constant());
                        case 7 -> in.reals(field, value -> add(numbers, value));
                        case 8 -> in.integers(field, value -> add(integers, value));
                        default -> in.skip(field);
                    }
                });
        Attribute attribute =
                !numbers.isEmpty()
                        ? new Attribute.Reals(numbers)
                        : !integers.isEmpty() ? new Attribute.Wholes(integers) : single[0];
        if (attributes.size() == MAX_ENTRIES
                || attributes.putIfAbsent(name[0], attribute) != null) {
            throw new MalformedOnnxException("attribute '" + name[0] + "' is given twice");
        }
    }

    private Attribute paid(Attribute attribute) throws MalformedOnnxException {
        budget.pay(ReadBudget.ENTRY);
        return attribute;
    }

    private Value value(int tag) throws IOException {
        budget.pay(ReadBudget.VALUE);
        String[] name = {""};
        int[] type = {0};
        List<Dim> dims = new ArrayList<>();
        boolean[] shaped = {false};
        in.nested(
                tag,
                (number, field) -> {
                    switch (number) {
                        case 1 -> name[0] = in.text(field);
                        case 2 -> shaped[0] |= type(field, type, dims);
                        default -> in.skip(field);
                    }
                });
        return new Value(
                name[0], type[0], shaped[0] ? Optional.of(List.copyOf(dims)) : Optional.empty());
    }

    /** Whether a type says a shape. */
    private boolean type(int tag, int[] type, List<Dim> dims) throws IOException {
        boolean[] shaped = {false};
        ProtobufFields.Field shape =
                (number, field) -> {
                    switch (number) {
                        case 1 -> add(dims, dim(field));
                        default -> in.skip(field);
                    }
                };
        ProtobufFields.Field tensor =
                (number, field) -> {
                    switch (number) {
                        case 1 -> type[0] = (int) in.integer(field);
                        case 2 -> {
                            shaped[0] = true;
                            in.nested(field, shape);
                        }
                        default -> in.skip(field);
                    }
                };
        in.nested(
                tag,
                (number, field) -> {
                    switch (number) {
                        case 1 -> in.nested(field, tensor);
                        default -> in.skip(field);
                    }
                });
        return shaped[0];
    }

    private Dim dim(int tag) throws IOException {
        Dim[] dim = {new Dim.Dynamic()};
        in.nested(
                tag,
                (number, field) -> {
                    switch (number) {
                        case 1 -> dim[0] = new Dim.Fixed(in.integer(field));
                        default -> in.skip(field);
                    }
                });
        return dim[0];
    }
}
