package dev.assay.runtime.training;

import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.training.LabelledRows;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;

import java.nio.file.Path;

/** Trainings of the architecture of {@code builtin:digits}. */
record DigitsTraining(ModelManifest manifest, LabelledRows rows, Digest dataset, Digest model) {
    /** From the labelled rows of a file. */
    static DigitsTraining of(Path csv, Path directory) throws Exception {
        BlobStore blobs = BlobStore.open(directory);
        ModelPackage digits =
                ModelPackage.open(blobs, BuiltinModels.install("builtin:digits", blobs));
        ModelManifest manifest = digits.manifest();
        LabelledRows rows = LabelledRows.of(manifest.rows().read(csv), manifest);
        return new DigitsTraining(manifest, rows, Digest.sha256(csv), digits.digest());
    }

    Training spec(Optimizer optimizer, long seed, int steps, int batch, int every) {
        return new Training(
                model,
                dataset,
                rows.count(),
                seed,
                seed,
                optimizer,
                steps,
                batch,
                every,
                EngineName.EXACT);
    }
}
