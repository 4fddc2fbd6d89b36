package dev.assay.runtime.nvml;

/**
 * Rows of device memory that were replaced by spare ones.
 *
 * @param correctable replaced after errors that were corrected
 * @param uncorrectable replaced after errors that were not
 * @param pending whether one waits for the next reset
 * @param failed whether one could not be replaced: the spares are used up
 */
public record RemappedRows(int correctable, int uncorrectable, boolean pending, boolean failed) {}
