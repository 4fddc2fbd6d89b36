package dev.assay.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.training.TrainingRun;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;
import dev.assay.runtime.exact.ExactEngine;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** How often digits trained on the exact engine are right on rows of other writers. */
final class DigitsTrainingTest {
    @TempDir Path directory;

    @Test
    void digits_trainedFromASeed_areRightOn96PercentOrMore() throws Exception {
        String data = System.getProperty("assay.data", "");
        assumeFalse(data.isEmpty(), "needs -Dassay.data: the folder with optdigits");
        Path folder = Path.of(data, "optdigits");
        DigitsTraining digits = DigitsTraining.of(folder.resolve("train.csv"), directory);
        Training training = digits.spec(new Optimizer.Sgd("0.05", "0.9"), 20, 3000, 32, 300);
        RowFormat.Rows test = digits.manifest().rows().read(folder.resolve("test.csv"));
        long began = System.nanoTime();
        try (Engine engine = new ExactEngine(2);
                TrainingRun run =
                        TrainingRun.begin(training, digits.manifest(), digits.rows(), engine)) {
            while (run.hasNext()) {
                run.next();
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            try (LoadedModel model = engine.load(digits.manifest().graph(), run.weights())) {
                Tensor input = digits.manifest().input(test.values(), 0, test.count());
                double accuracy = accuracy(model.run(input), test);
                System.out.printf(
                        "digits trained in %.1f s: %.2f %%, loss %.4f, %s%n",
                        seconds, 100 * accuracy, run.state().loss(), run.checkpoint().digest());
                assertThat(accuracy).isGreaterThanOrEqualTo(0.96);
            }
        }
    }

    private static double accuracy(Tensor probabilities, RowFormat.Rows rows) {
        int right = 0;
        for (int row = 0; row < rows.count(); row++) {
            int best = 0;
            for (int label = 1; label < 10; label++) {
                best =
                        probabilities.values()[row * 10 + label]
                                        > probabilities.values()[row * 10 + best]
                                ? label
                                : best;
            }
            right += rows.labels().get(row).equals("" + best) ? 1 : 0;
        }
        return (double) right / rows.count();
    }
}
