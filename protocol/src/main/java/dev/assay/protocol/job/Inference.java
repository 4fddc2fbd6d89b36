package dev.assay.protocol.job;

import dev.assay.protocol.id.Digest;

/**
 * The work: run every row of an input through a model. A <i>unit</i> is one batch; unit {@code i}
 * covers the rows from {@code i × batch} on.
 *
 * @param model digest of the model package's manifest
 * @param input digest of the input file
 * @param rows rows in the input, as the tenant counted them
 * @param batch rows in a unit; the last may be smaller
 */
public record Inference(Digest model, Digest input, long rows, EngineName engine, int batch) {
    /** The largest batch accepted. */
    public static final int MAX_BATCH = 65_536;

    public Inference {
        if (rows < 1 || rows > Integer.MAX_VALUE || batch < 1 || batch > MAX_BATCH) {
            throw new IllegalArgumentException(
                    "an inference needs 1 to 2^31-1 rows and a batch from 1 to " + MAX_BATCH);
        }
    }

    /** Number of units. */
    public int units() {
        return Math.toIntExact((rows + batch - 1) / batch);
    }

    /** The first row of a unit. */
    public int firstRow(int unit) {
        return Math.toIntExact((long) unit * batch);
    }

    /** How many rows a unit covers. */
    public int rowsIn(int unit) {
        return (int) Math.min(batch, rows - (long) unit * batch);
    }
}
