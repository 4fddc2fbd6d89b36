package dev.assay.runtime.bench;

import java.util.List;

/** What was measured, and what was not. */
public record BenchReport(List<Measurement> measurements, List<Skipped> skipped) {
    public BenchReport {
        measurements = List.copyOf(measurements);
        skipped = List.copyOf(skipped);
    }
}
