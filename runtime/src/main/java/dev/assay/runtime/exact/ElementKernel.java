package dev.assay.runtime.exact;

/**
 * An operator whose output elements depend on one element of each input; inputs of shape {@code []}
 * are read at 0.
 *
 * @param rowSize elements of one batch row
 */
record ElementKernel(int rowSize, Loop loop) implements Kernel {
    private static final int COST = 16;
    private static final int GRAIN = 1 << 14;

    /** Computes the elements from {@code begin} to before {@code end}. */
    @FunctionalInterface
    interface Loop {
        void run(float[][] inputs, float[] output, int begin, int end);
    }

    @Override
    public void run(int rows, float[][] inputs, float[] output, Workspace workspace) {
        int total = rows * rowSize;
        workspace.forRanges(
                total,
                GRAIN,
                (long) total * COST * inputs.length,
                (begin, end, worker) -> loop.run(inputs, output, begin, end));
    }
}
