package dev.assay.runtime.bench;

import java.util.List;
import java.util.stream.Stream;

/** What was measured, and what was not. */
public record BenchReport(List<Measurement> measurements, List<Skipped> skipped) {
    public BenchReport {
        measurements = List.copyOf(measurements);
        skipped = List.copyOf(skipped);
    }

    /** This report and another behind it. */
    public BenchReport and(BenchReport other) {
        return new BenchReport(
                Stream.concat(measurements.stream(), other.measurements.stream()).toList(),
                Stream.concat(skipped.stream(), other.skipped.stream()).toList());
    }
}
