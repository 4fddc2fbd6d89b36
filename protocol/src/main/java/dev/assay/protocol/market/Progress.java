package dev.assay.protocol.market;

import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Work;

import java.util.Optional;

/**
 * How far the work of a lease is, in what its kind is counted in: rows of an inference, steps of a
 * training, containers.
 *
 * @param loss of the last step, in a training
 */
public record Progress(long done, long total, Optional<Float> loss) {
    public Progress {
        if (done < 0 || done > total) {
            throw new IllegalArgumentException("what is done must be from 0 to the total");
        }
    }

    /** Progress of work that has no loss. */
    public Progress(long done, long total) {
        this(done, total, Optional.empty());
    }

    /** What is done once so many units are. */
    public static Progress of(Work work, int units) {
        return switch (work) {
            case Inference inference -> new Progress(inference.rows(units), inference.totalRows());
            case Training training -> new Progress(training.firstStep(units), training.steps());
            case Container container -> new Progress(units, container.units());
        };
    }
}
