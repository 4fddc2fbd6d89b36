package dev.assay.models.tensor;

/** Element type and shape. */
public record TensorType(DType dtype, Shape shape) {
    public static TensorType f32(int... dims) {
        return new TensorType(DType.F32, Shape.of(dims));
    }

    @Override
    public String toString() {
        return dtype.text() + shape;
    }
}
