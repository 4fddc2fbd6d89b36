package dev.assay.models.onnx;

import dev.assay.models.tensor.Tensor;

import java.util.List;

/** A constant tensor of an ONNX file. */
sealed interface Constant {
    /** Numbers that a graph computes with. */
    record Floats(Tensor tensor) implements Constant {}

    /** Whole numbers that say how to compute: a shape, axes. */
    record Integers(List<Long> values) implements Constant {
        public Integers {
            values = List.copyOf(values);
        }
    }

    /**
     * One that cannot be used.
     *
     * @param reason completes "tensor 'x' …"
     */
    record Unusable(String reason) implements Constant {}
}
