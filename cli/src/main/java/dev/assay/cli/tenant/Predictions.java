package dev.assay.cli.tenant;

import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.verification.check.InferenceContents;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An output as a table for people: of a classifier, for each row the most probable class; of a
 * TorchScript model, which does not say what its numbers mean, all of them.
 */
final class Predictions {
    private final Tensor output;
    private final boolean classifies;
    private final List<String> classes;
    private final List<String> labels;

    Predictions(InferenceContents contents) {
        this.output = contents.output();
        this.classifies = contents.model() instanceof ModelPackage;
        this.classes = contents.model().manifest().labels();
        this.labels = contents.labels();
    }

    /**
     * How many rows have their true label predicted; none when the input has no labels or the model
     * no classes.
     */
    Optional<Long> correct() {
        if (labels.isEmpty() || classes.isEmpty()) {
            return Optional.empty();
        }
        long correct = 0;
        for (int row = 0; row < labels.size(); row++) {
            if (predicted(row).equals(labels.get(row))) {
                correct++;
            }
        }
        return Optional.of(correct);
    }

    /**
     * Writes {@code row,prediction,score[,label]}, or {@code row,1,2…} with all numbers, with a
     * header line, whole or not at all.
     */
    void write(Path file) throws TenantException {
        String csv = classifies ? predictions() : numbers();
        try {
            new WholeFile(file).write(csv.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new TenantException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private String predictions() {
        StringBuilder csv =
                new StringBuilder(
                        labels.isEmpty()
                                ? "row,prediction,score\n"
                                : "row,prediction,score,label\n");
        for (int row = 0; row < output.shape().dim(0); row++) {
            csv.append(row + 1).append(',').append(predicted(row)).append(',').append(score(row));
            if (!labels.isEmpty()) {
                csv.append(',').append(labels.get(row));
            }
            csv.append('\n');
        }
        return csv.toString();
    }

    private String numbers() {
        int columns = output.shape().dim(1);
        StringBuilder csv = new StringBuilder("row");
        for (int column = 1; column <= columns; column++) {
            csv.append(',').append(column);
        }
        for (int i = 0; i < output.values().length; i++) {
            if (i % columns == 0) {
                csv.append('\n').append(i / columns + 1);
            }
            csv.append(',').append(output.values()[i]);
        }
        return csv.append('\n').toString();
    }

    private String predicted(int row) {
        int best = best(row);
        return classes.isEmpty() ? Integer.toString(best) : classes.get(best);
    }

    private float score(int row) {
        return output.values()[row * output.shape().dim(1) + best(row)];
    }

    private int best(int row) {
        int columns = output.shape().dim(1);
        int best = 0;
        for (int column = 1; column < columns; column++) {
            if (output.values()[row * columns + column] > output.values()[row * columns + best]) {
                best = column;
            }
        }
        return best;
    }
}
