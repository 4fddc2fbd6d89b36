package dev.assay.models.onnx;

import dev.assay.models.ModelException;
import dev.assay.models.graph.Operator;
import dev.assay.models.onnx.Assembly.Value;
import dev.assay.models.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Converts the operators that give elements another shape or order, or add up axes. */
record LayoutConversion(Step step) {
    Value flatten() throws ModelException {
        int rank = step.input(0).shape().rank();
        long axis = step.integer("axis", 1);
        if (axis != 1 && axis + rank != 1) {
            throw step.error("axis " + axis + " is not supported, only 1");
        }
        step.takes(1);
        return step.assembly().node(step.hint(), new Operator.Flatten(), step.input(0));
    }

    Value transpose() throws ModelException {
        int rank = step.input(0).shape().rank();
        List<Integer> perm = new ArrayList<>();
        for (long axis :
                step.integers("perm")
                        .orElse(
                                IntStream.range(0, rank)
                                        .mapToObj(i -> (long) rank - 1 - i)
                                        .toList())) {
            perm.add(step.fitting(axis));
        }
        step.takes(1);
        return step.assembly().node(step.hint(), new Operator.Transpose(perm), step.input(0));
    }

    Value reshape() throws ModelException {
        step.only("allowzero", 0);
        step.takes(2);
        Value x = step.input(0);
        Shape to = reshaped(x.shape(), step.integers(1));
        return step.assembly().node(step.hint(), new Operator.Reshape(to), x);
    }

    /** 0 keeps an extent, −1 is what is left; the first axis of rows stays theirs. */
    private Shape reshaped(Shape from, List<Long> wanted) throws ModelException {
        boolean batched = from.batched();
        int[] to = new int[wanted.size()];
        int open = -1;
        long known = 1;
        for (int axis = 0; axis < to.length; axis++) {
            long extent = wanted.get(axis);
            if (batched && axis == 0 && extent >= -1 && extent <= 1) {
                to[axis] = Shape.BATCH;
                continue;
            }
            if (extent == 0 && axis < from.rank()) {
                extent = from.dim(axis);
            }
            if (extent == -1 && open < 0) {
                open = axis;
                continue;
            }
            if (extent < 1 || (batched && axis == 0)) {
                throw step.error("shape " + wanted + " does not keep the rows of " + from);
            }
            to[axis] = step.fitting(extent);
            known *= to[axis];
            if (known > Integer.MAX_VALUE) {
                throw step.error("shape " + wanted + " does not fit " + from);
            }
        }
        if (open >= 0) {
            if (from.elements() % known != 0) {
                throw step.error("shape " + wanted + " does not fit " + from);
            }
            to[open] = (int) (from.elements() / known);
        }
        return Shape.of(to);
    }

    /** Axes are an attribute before version 13, and an input since. */
    Value reduceSum() throws ModelException {
        step.takes(2);
        Value x = step.input(0);
        boolean keep = step.integer("keepdims", 1) != 0;
        boolean noop = step.integer("noop_with_empty_axes", 0) != 0;
        List<Long> given = step.has(1) ? step.integers(1) : step.integers("axes").orElse(List.of());
        int rank = x.shape().rank();
        Set<Integer> axes = new TreeSet<>();
        for (long axis : given) {
            axes.add(step.fitting(axis < 0 ? axis + rank : axis));
        }
        if (given.isEmpty()) {
            if (noop) {
                return x;
            }
            IntStream.range(0, rank).forEach(axes::add);
        }
        if (x.shape().batched() && axes.contains(0)) {
            throw step.error("adds up rows, which are independent");
        }
        Operator sum = new Operator.ReduceSum(List.copyOf(axes));
        Value y = step.assembly().node(keep ? step.hint() + ".sum" : step.hint(), sum, x);
        if (!keep) {
            return y;
        }
        int[] dims =
                IntStream.range(0, rank)
                        .map(i -> axes.contains(i) ? 1 : x.shape().dim(i))
                        .toArray();
        return step.assembly().node(step.hint(), new Operator.Reshape(Shape.of(dims)), y);
    }
}
