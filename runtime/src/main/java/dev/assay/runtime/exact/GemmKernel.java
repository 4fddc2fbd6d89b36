package dev.assay.runtime.exact;

import dev.assay.models.graph.Operator;
import dev.assay.models.tensor.Shape;
import dev.assay.runtime.exact.Workspace.Use;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * The matrix product of operands of which either may be given transposed: they are turned first.
 * The product for the last number of rows is kept, because runs mostly have batches of one size.
 */
final class GemmKernel implements Kernel {
    private final Operator.Gemm gemm;
    private final Shape a;
    private final Shape b;
    private @Nullable MatMulKernel product;
    private int productDepth;

    GemmKernel(Operator.Gemm gemm, Shape a, Shape b) {
        this.gemm = gemm;
        this.a = a;
        this.b = b;
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        Shape left = a.withBatch(rows);
        Shape right = b.withBatch(rows);
        float[] x = gemm.transA() ? turned(inputs[0], left, Use.LEFT, workspace) : inputs[0];
        float[] y = gemm.transB() ? turned(inputs[1], right, Use.RIGHT, workspace) : inputs[1];
        int m = left.dim(gemm.transA() ? 1 : 0);
        int depth = left.dim(gemm.transA() ? 0 : 1);
        int columns = right.dim(gemm.transB() ? 0 : 1);
        product(depth, columns).run(m, new float[][] {x, y}, output, workspace);
    }

    private MatMulKernel product(int depth, int columns) {
        MatMulKernel kept = product;
        if (kept == null || productDepth != depth) {
            kept = new MatMulKernel(1, depth, columns, Optional.empty());
            product = kept;
            productDepth = depth;
        }
        return kept;
    }

    private static float[] turned(float[] matrix, Shape shape, Use use, Workspace workspace) {
        float[] turned = workspace.floats(0, use, shape.elements());
        TransposeKernel.turn(matrix, shape.dim(0), shape.dim(1), turned, workspace);
        return turned;
    }
}
