package dev.assay.runtime.inventory;

import java.util.List;

/** A GPU, what can be done with it, and what is to be known about it. */
public record GpuReport(Gpu gpu, Standing standing, List<Finding> findings) {
    public GpuReport {
        findings = List.copyOf(findings);
    }
}
