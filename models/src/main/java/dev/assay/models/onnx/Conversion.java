package dev.assay.models.onnx;

import dev.assay.models.ModelException;
import dev.assay.models.graph.Operator;
import dev.assay.models.onnx.Assembly.Value;
import dev.assay.models.onnx.OnnxFile.Attribute;
import dev.assay.models.onnx.OnnxFile.Node;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Turns one ONNX node into nodes of the graph, or into another name for what there is. */
record Conversion(Step step, Node node, Scope scope) {
    /** The standard operators that are converted. */
    static final Set<String> OPERATORS =
            Collections.unmodifiableSet(
                    new TreeSet<>(
                            List.of(
                                    "Add",
                                    "AveragePool",
                                    "Constant",
                                    "Conv",
                                    "ConvTranspose",
                                    "Dropout",
                                    "Flatten",
                                    "Gemm",
                                    "GlobalAveragePool",
                                    "Identity",
                                    "MatMul",
                                    "MaxPool",
                                    "Mul",
                                    "ReduceSum",
                                    "Relu",
                                    "Reshape",
                                    "Softmax",
                                    "Transpose")));

    void convert() throws ModelException {
        switch (node.operator()) {
            case "Constant" -> constant();
            case "Identity", "Dropout" -> alias();
            default -> {
                Value value;
                try {
                    value = computed();
                    step.end();
                } catch (ModelException e) {
                    String message = String.valueOf(e.getMessage());
                    throw message.contains("(node '")
                            ? e
                            : new ModelException(e.code(), node.text() + ": " + message);
                } catch (IllegalArgumentException | ArithmeticException e) {
                    throw step.error(String.valueOf(e.getMessage()));
                }
                scope.define(node.outputs().getFirst(), value, step);
            }
        }
    }

    private Value computed() throws ModelException {
        return switch (node.operator()) {
            case "MatMul" -> node(2, new Operator.MatMul());
            case "Gemm" -> gemm();
            case "Add" -> broadcast(new Operator.Add());
            case "Mul" -> broadcast(new Operator.Mul());
            case "Relu" -> node(1, new Operator.Relu());
            case "Softmax" -> softmax();
            case "Conv" -> new WindowConversion(step).conv();
            case "ConvTranspose" -> new WindowConversion(step).convTranspose();
            case "MaxPool" -> new WindowConversion(step).maxPool();
            case "AveragePool" -> new WindowConversion(step).averagePool();
            case "GlobalAveragePool" -> new WindowConversion(step).globalAveragePool();
            case "Flatten" -> new LayoutConversion(step).flatten();
            case "Reshape" -> new LayoutConversion(step).reshape();
            case "Transpose" -> new LayoutConversion(step).transpose();
            case "ReduceSum" -> new LayoutConversion(step).reduceSum();
            default -> throw step.error("unsupported");
        };
    }

    private Value node(int inputs, Operator operator) throws ModelException {
        step.takes(inputs);
        Value[] from = new Value[inputs];
        for (int i = 0; i < inputs; i++) {
            from[i] = step.input(i);
        }
        return step.assembly().node(step.hint(), operator, from);
    }

    /** ONNX broadcasts both ways; a graph the second input to the first. */
    private Value broadcast(Operator operator) throws ModelException {
        step.takes(2);
        Value a = step.input(0);
        Value b = step.input(1);
        return fits(b.shape(), a.shape())
                ? step.assembly().node(step.hint(), operator, a, b)
                : step.assembly().node(step.hint(), operator, b, a);
    }

    private static boolean fits(Shape small, Shape large) {
        int lead = large.rank() - small.rank();
        return lead >= 0
                && IntStream.range(0, small.rank())
                        .allMatch(
                                axis ->
                                        small.dim(axis) == 1
                                                || small.dim(axis) == large.dim(axis + lead));
    }

    /** {@code alpha · A'·B' + beta · C}; a constant B is turned here rather than in every run. */
    private Value gemm() throws ModelException {
        step.takes(3);
        boolean transA = step.integer("transA", 0) != 0;
        boolean transB = step.integer("transB", 0) != 0;
        float alpha = step.number("alpha", 1);
        float beta = step.number("beta", 1);
        Value a = step.input(0);
        if (transA && a.shape().batched()) {
            throw step.error("transA turns rows into columns");
        }
        Optional<Tensor> constantB = step.constant(1);
        Value b;
        if (transB && constantB.isPresent() && constantB.get().shape().rank() == 2) {
            b = scope.transposed(node.inputs().get(1), constantB.get());
            transB = false;
        } else {
            b = step.input(1);
        }
        Operator product =
                transA || transB ? new Operator.Gemm(transA, transB) : new Operator.MatMul();
        boolean plain = alpha == 1 && !step.has(2);
        Value y =
                step.assembly().node(plain ? step.hint() : step.hint() + ".product", product, a, b);
        if (alpha != 1) {
            y = scaled(y, alpha, step.has(2) ? step.hint() + ".scaled" : step.hint());
        }
        if (!step.has(2) || beta == 0) {
            return y;
        }
        Value c = step.input(2);
        return step.assembly()
                .node(
                        step.hint(),
                        new Operator.Add(),
                        y,
                        beta == 1 ? c : scaled(c, beta, step.hint() + ".beta"));
    }

    private Value scaled(Value value, float factor, String hint) throws ModelException {
        Tensor scalar = Tensor.of(Shape.of(), new float[] {factor});
        return step.assembly()
                .node(
                        hint,
                        new Operator.Mul(),
                        value,
                        step.assembly().parameter(hint + ".factor", scalar));
    }

    /** Before version 13 a softmax went over all axes from one on. */
    private Value softmax() throws ModelException {
        int rank = step.input(0).shape().rank();
        long axis = step.integer("axis", step.opset() >= 13 ? -1 : 1);
        if (axis != -1 && axis != rank - 1L) {
            throw step.error("axis " + axis + " of " + rank + " is not supported, only the last");
        }
        return node(1, new Operator.Softmax());
    }

    /** Inference drops nothing out. */
    private void alias() throws ModelException {
        step.number("ratio", 0);
        step.integer("seed", 0);
        if (node.operator().equals("Dropout") && step.has(2)) {
            throw step.error("its training mode is not supported");
        }
        step.end();
        String from = step.has(0) ? node.inputs().getFirst() : "";
        Optional<Constant> constant = scope.named(from);
        if (constant.isPresent()) {
            scope.define(node.outputs().getFirst(), constant.get(), step);
        } else {
            scope.define(node.outputs().getFirst(), scope.value(from, step), step);
        }
    }

    private void constant() throws ModelException {
        Constant value = null;
        for (String name :
                List.of("value", "value_float", "value_floats", "value_int", "value_ints")) {
            Optional<Attribute> attribute = step.attribute(name);
            if (attribute.isPresent()) {
                value =
                        switch (attribute.get()) {
                            case Attribute.Of(Constant tensor) -> tensor;
                            case Attribute.Real(float number) ->
                                    new Constant.Floats(
                                            Tensor.of(Shape.of(), new float[] {number}));
                            case Attribute.Reals(List<Float> numbers) -> floats(numbers);
                            case Attribute.Whole(long number) ->
                                    new Constant.Integers(List.of(number));
                            case Attribute.Wholes(List<Long> numbers) ->
                                    new Constant.Integers(numbers);
                            case Attribute.Text _, Attribute.Other _ ->
                                    new Constant.Unusable("is no tensor of numbers");
                        };
            }
        }
        step.end();
        if (value == null) {
            throw step.error("has no value that is supported");
        }
        scope.define(node.outputs().getFirst(), value, step);
    }

    private static Constant floats(List<Float> numbers) {
        float[] values = new float[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.get(i);
        }
        return new Constant.Floats(Tensor.of(Shape.of(values.length), values));
    }
}
