package dev.assay.runtime.bench;

/** A rate that could not be measured here. */
public record Skipped(Metric metric, String device, String why) {}
