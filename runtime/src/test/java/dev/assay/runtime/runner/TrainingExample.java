package dev.assay.runtime.runner;

import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.engine.Engine;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.training.LabelledRows;
import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.models.training.TrainingRun;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;

import java.nio.file.Path;

/** Ten steps of training on the example's digits, with a checkpoint after each five. */
record TrainingExample(Training training, ModelManifest model, LabelledRows rows) {
    static TrainingExample of(Path directory) throws Exception {
        BlobStore blobs = BlobStore.open(directory);
        ModelManifest model =
                ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs)).manifest();
        Path csv = Path.of(System.getProperty("assay.root"), "examples", "digits.csv");
        LabelledRows rows = LabelledRows.of(model.rows().read(csv), model);
        Digest any = Digest.sha256(new byte[0]);
        Training training =
                new Training(
                        any,
                        any,
                        rows.count(),
                        1,
                        1,
                        Optimizer.Adam.of("0.002"),
                        10,
                        32,
                        5,
                        EngineName.PYTORCH);
        return new TrainingExample(training, model, rows);
    }

    TrainingState begin() throws Exception {
        return TrainingState.initial(
                TrainingStep.of(model.graph(), training.optimizer()), training.seed());
    }

    TrainingState run(Engine engine, TrainingState from, int steps) throws Exception {
        try (TrainingRun run = TrainingRun.resume(training, model, rows, engine, from)) {
            for (int i = 0; i < steps; i++) {
                run.next();
            }
            return run.state();
        }
    }

    Digest digest(TrainingState state) throws Exception {
        return TrainingCheckpoint.of(training, state).digest();
    }
}
