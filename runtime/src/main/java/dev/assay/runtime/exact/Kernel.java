package dev.assay.runtime.exact;

/** One operator, bound to its shapes and parameters when the model is loaded. */
@FunctionalInterface
interface Kernel {
    /**
     * Computes the operator's output.
     *
     * @param rows extent of the batch axis, of the output or of what is read; 1 where there is none
     * @param inputs the operator's inputs, row-major; an array may be longer than its value
     * @param output takes the output, row-major; never one of the inputs; may be longer
     */
    void run(int rows, float[][] inputs, float[] output, Workspace workspace);
}
