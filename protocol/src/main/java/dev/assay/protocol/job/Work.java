package dev.assay.protocol.job;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;

/**
 * What a job computes: a sequence of <i>units</i>, each of which a result commits to by itself.
 * Immutable.
 */
public sealed interface Work permits Inference, Training, Container {
    /** Its key in job files and job specs. */
    String kind();

    /** Number of units. */
    int units();

    /** Rows that the first {@code units} units cover; 0 for work that is not counted in rows. */
    long rows(long units);

    /** Rows of all units. */
    default long totalRows() {
        return rows(units());
    }

    /** Training steps that the first {@code units} units cover; 0 for work that is no training. */
    default long steps(long units) {
        return 0;
    }

    /** What a unit computes from, as its commitment names it. */
    Digest unitInput(int unit);

    /** What two jobs have in common whose speeds can be compared. */
    Workload workload();

    ObjectNode json();

    /**
     * What runs on what.
     *
     * @param program the model, or a digest that stands for the image
     * @param engine what runs it
     */
    record Workload(Digest program, String engine) {}
}
