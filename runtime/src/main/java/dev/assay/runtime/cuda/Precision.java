package dev.assay.runtime.cuda;

/** What a matrix product on a GPU multiplies in; sums are in fp32 in all of them. */
public enum Precision {
    /** Without tensor cores. */
    FP32("gemm-fp32", 4, 7, 5),
    /** fp32 with ten bits of mantissa. */
    TF32("gemm-tf32", 4, 8, 0),
    BF16("gemm-bf16", 2, 8, 0),
    FP16("gemm-fp16", 2, 8, 0);

    private final String resource;
    private final int bytes;
    private final int leastMajor;
    private final int leastMinor;

    Precision(String resource, int bytes, int leastMajor, int leastMinor) {
        this.resource = resource;
        this.bytes = bytes;
        this.leastMajor = leastMajor;
        this.leastMinor = leastMinor;
    }

    /** Whether a device of this compute capability can run the kernel. */
    public boolean runsOn(CudaDevice device) {
        return device.computeMajor() > leastMajor
                || (device.computeMajor() == leastMajor && device.computeMinor() >= leastMinor);
    }

    /** {@code 8.0}: the first compute capability that can. */
    public String leastCapability() {
        return leastMajor + "." + leastMinor;
    }

    /** The kernel's file among this package's resources, without its ending. */
    String resource() {
        return resource;
    }

    /** Bytes of one element of A and B. */
    int bytes() {
        return bytes;
    }

    /** Whether the kernel wants B transposed, which tensor cores do. */
    boolean transposed() {
        return this != FP32;
    }
}
