package dev.assay.runtime.exact;

/** Rectified linear unit: {@code x ≤ 0 ? +0 : x}, so NaN stays NaN and −0 becomes +0. */
record ReluKernel(int rowSize) implements Kernel {
    private static final int COST = 16;
    private static final int GRAIN = 1 << 16;

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        int total = rows * rowSize;
        workspace.forRanges(
                total,
                GRAIN,
                (long) total * COST,
                (begin, end, worker) -> Elements.relu(inputs[0], output, begin, end));
    }
}
