package dev.assay.models.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The dimensions of a tensor, outermost first. Axis 0 may be {@link #BATCH}: the number of rows,
 * known only when the graph runs. Every other dimension is at least 1, and the elements of one row
 * fit an int.
 */
public final class Shape {
    /** The dimension that stands for the number of rows. */
    public static final int BATCH = -1;

    private static final int MAX_RANK = 8;

    private final int[] dims;

    private Shape(int[] dims) {
        this.dims = dims;
    }

    public static Shape of(int... dims) {
        if (dims.length > MAX_RANK) {
            throw new IllegalArgumentException(
                    "a shape has at most " + MAX_RANK + " dimensions, not " + dims.length);
        }
        long elements = 1;
        for (int axis = 0; axis < dims.length; axis++) {
            if (dims[axis] < 1 && !(axis == 0 && dims[0] == BATCH)) {
                throw new IllegalArgumentException(
                        "dimension " + axis + " is " + dims[axis] + "; it must be at least 1");
            }
            elements *= Math.abs(dims[axis]);
            if (elements > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "a tensor of shape " + Arrays.toString(dims) + " is too large");
            }
        }
        return new Shape(dims.clone());
    }

    public static Shape of(List<Integer> dims) {
        return of(dims.stream().mapToInt(Integer::intValue).toArray());
    }

    public int rank() {
        return dims.length;
    }

    public int dim(int axis) {
        return dims[axis];
    }

    public List<Integer> dims() {
        return Arrays.stream(dims).boxed().toList();
    }

    /** Whether axis 0 is the number of rows. */
    public boolean batched() {
        return dims.length > 0 && dims[0] == BATCH;
    }

    /** This shape with {@code rows} for {@link #BATCH}. */
    public Shape withBatch(int rows) {
        if (!batched()) {
            return this;
        }
        int[] bound = dims.clone();
        bound[0] = rows;
        return of(bound);
    }

    /** Number of elements; with {@link #BATCH}, of one row. */
    public int elements() {
        return elementsFrom(0);
    }

    /** Product of the dimensions from {@code axis} on; {@link #BATCH} counts as 1. */
    public int elementsFrom(int axis) {
        int product = 1;
        for (int i = axis; i < dims.length; i++) {
            product *= Math.abs(dims[i]);
        }
        return product;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape other && Arrays.equals(dims, other.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** For people: {@code [batch, 1, 8, 8]}. */
    @Override
    public String toString() {
        return Arrays.stream(dims)
                .mapToObj(d -> d == BATCH ? "batch" : Integer.toString(d))
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
