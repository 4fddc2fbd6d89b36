package dev.assay.runtime.bench;

/**
 * A rate over several rounds, in the metric's unit.
 *
 * @param device {@code cpu}, {@code disk}, or a GPU's UUID
 * @param method with what it was measured
 * @param least of the rounds, the slowest
 */
public record Measurement(
        Metric metric,
        String device,
        String method,
        long median,
        long least,
        long most,
        int rounds) {}
