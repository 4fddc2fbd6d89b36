package dev.assay.models.onnx;

import dev.assay.models.ModelException;
import dev.assay.models.ModelException.Code;
import dev.assay.models.graph.Operator;
import dev.assay.models.onnx.Assembly.Value;
import dev.assay.models.onnx.OnnxFile.Dim;
import dev.assay.models.onnx.OnnxFile.Node;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Makes a graph of an ONNX file: one fp32 input of which the first axis counts rows, one output,
 * standard operators that graphs have too. An input of exactly one row is taken as one of any
 * number of rows. Nothing is run, and no other file is read.
 */
final class OnnxImport {
    private static final long LEAST_OPSET = 7;
    private static final long MOST_OPSET = 25;

    private OnnxImport() {}

    static ImportedModel read(Path file) throws ModelException {
        OnnxFile onnx = OnnxReader.read(file);
        try {
            return graph(onnx);
        } catch (ModelException e) {
            throw new ModelException(e.code(), file + ": " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new ModelException(Code.BAD_GRAPH, file + ": " + e.getMessage());
        }
    }

    private static ImportedModel graph(OnnxFile file) throws ModelException {
        refuseUnsupported(file);
        Scope scope = new Scope(file);
        OnnxFile.Value input = input(file);
        scope.define(input.name(), scope.assembly().input(input.name(), type(input)));
        for (Node node : file.nodes()) {
            if (node.outputs().isEmpty()) {
                throw bad(node.text() + ": has no output");
            }
            new Conversion(new Step(node, scope), node, scope).convert();
        }
        return scope.assembly().build(rows(output(file, scope), scope.assembly()));
    }

    /** All that stands in the way at once. */
    private static void refuseUnsupported(OnnxFile file) throws ModelException {
        List<String> unsupported =
                file.nodes().stream()
                        .filter(
                                node ->
                                        !node.domain().isEmpty()
                                                || !Conversion.OPERATORS.contains(node.operator()))
                        .map(Node::text)
                        .toList();
        if (!unsupported.isEmpty()) {
            String rest =
                    unsupported.size() > 20 ? ", and " + (unsupported.size() - 20) + " more" : "";
            throw bad(
                    "unsupported: "
                            + unsupported.stream().limit(20).collect(Collectors.joining(", "))
                            + rest);
        }
        if (file.opset() < LEAST_OPSET || file.opset() > MOST_OPSET) {
            throw bad(
                    "operators of version "
                            + file.opset()
                            + "; versions "
                            + LEAST_OPSET
                            + " to "
                            + MOST_OPSET
                            + " are imported");
        }
    }

    private static OnnxFile.Value input(OnnxFile file) throws ModelException {
        List<OnnxFile.Value> inputs =
                file.inputs().stream()
                        .filter(input -> !file.initializers().containsKey(input.name()))
                        .toList();
        if (inputs.size() != 1) {
            throw bad("has " + inputs.size() + " inputs; a model has one");
        }
        return inputs.getFirst();
    }

    private static TensorType type(OnnxFile.Value input) throws ModelException {
        String what = "input '" + input.name() + "'";
        if (input.type() != TensorReader.FLOAT) {
            throw bad(what + " is " + TensorReader.typeName(input.type()) + "; it must be FLOAT");
        }
        List<Dim> dims =
                input.dims().orElseThrow(() -> bad(what + " has no shape; export it with one"));
        if (dims.isEmpty() || dims.size() > 8) {
            throw bad(what + " has " + dims.size() + " axes; 1 to 8 are taken");
        }
        List<Integer> extents = new ArrayList<>();
        for (int axis = 0; axis < dims.size(); axis++) {
            long extent =
                    switch (dims.get(axis)) {
                        case Dim.Fixed(long fixed) -> fixed;
                        case Dim.Dynamic _ -> Shape.BATCH;
                    };
            if (axis == 0 && extent > 1) {
                throw bad(
                        what
                                + " takes exactly "
                                + extent
                                + " rows; export it with a dynamic first axis, or with 1 row");
            }
            if (axis > 0 && (extent < 1 || extent > Integer.MAX_VALUE)) {
                throw bad(what + ": axis " + axis + " is not fixed; only the first may be dynamic");
            }
            extents.add(axis == 0 ? Shape.BATCH : (int) extent);
        }
        return new TensorType(dev.assay.models.tensor.DType.F32, Shape.of(extents));
    }

    private static Value output(OnnxFile file, Scope scope) throws ModelException {
        if (file.outputs().size() != 1) {
            throw bad("has " + file.outputs().size() + " outputs; a model has one");
        }
        String name = file.outputs().getFirst().name();
        Value output =
                scope.computed(name)
                        .orElseThrow(() -> bad("nothing computes output '" + name + "'"));
        if (!output.shape().batched()) {
            throw bad("output '" + name + "' is " + output.shape() + ", not one line for each row");
        }
        return output;
    }

    /** The output as {@code [batch, columns]}. */
    private static Value rows(Value output, Assembly assembly) throws ModelException {
        return switch (output.shape().rank()) {
            case 2 -> output;
            case 1 ->
                    assembly.node(
                            output.name(), new Operator.Reshape(Shape.of(Shape.BATCH, 1)), output);
            default -> assembly.node(output.name(), new Operator.Flatten(), output);
        };
    }

    private static ModelException bad(String problem) {
        return new ModelException(Code.BAD_GRAPH, problem);
    }
}
