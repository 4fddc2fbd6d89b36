package dev.assay.runtime.bench;

/** What is measured; docs/inventory.md says how. */
public enum Metric {
    EXACT_RATE("exact.rate", "{row}/s"),
    GEMM_FP32("gemm.fp32", "{flop}/s"),
    GEMM_TF32("gemm.tf32", "{flop}/s"),
    GEMM_BF16("gemm.bf16", "{flop}/s"),
    GEMM_FP16("gemm.fp16", "{flop}/s"),
    MEMORY_BANDWIDTH("memory.bandwidth", "By/s"),
    TRANSFER_TO_DEVICE("transfer.toDevice", "By/s"),
    TRANSFER_TO_HOST("transfer.toHost", "By/s"),
    DISK_WRITE("disk.write", "By/s"),
    DISK_READ("disk.read", "By/s");

    private final String text;
    private final String unit;

    Metric(String text, String unit) {
        this.text = text;
        this.unit = unit;
    }

    /** The name in statements and JSON. */
    public String text() {
        return text;
    }

    /** The unit, in UCUM. */
    public String unit() {
        return unit;
    }
}
