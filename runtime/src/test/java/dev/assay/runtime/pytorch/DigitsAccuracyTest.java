package dev.assay.runtime.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.protocol.blob.BlobStore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** How often {@code builtin:digits} is right on rows it was not trained on. */
final class DigitsAccuracyTest {
    @TempDir Path directory;

    @Test
    void digits_onHandwrittenTestRows_isRightOn96PercentOrMore() throws Exception {
        String data = System.getProperty("assay.data", "");
        assumeFalse(data.isEmpty(), "needs -Dassay.data: the folder with optdigits/test.csv");
        assertThat(accuracy(Path.of(data, "optdigits", "test.csv"))).isGreaterThanOrEqualTo(0.96);
    }

    @Test
    void digits_onRenderedExampleRows_isRightOn90PercentOrMore() throws Exception {
        Path examples = Path.of(System.getProperty("assay.root"), "examples", "digits.csv");
        assertThat(accuracy(examples)).isGreaterThanOrEqualTo(0.90);
    }

    private double accuracy(Path csv) throws Exception {
        DigitRows rows = DigitRows.read(csv);
        BlobStore blobs = BlobStore.open(directory);
        ModelPackage digits =
                ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs));
        try (PyTorchEngine engine = TestEngine.start();
                LoadedModel model = engine.load(digits)) {
            double accuracy = rows.accuracy(model.run(rows.images()));
            System.out.printf("digits on %s: %.2f %%%n", csv, 100 * accuracy);
            return accuracy;
        }
    }
}
