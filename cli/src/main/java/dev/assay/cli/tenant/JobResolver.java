package dev.assay.cli.tenant;

import dev.assay.models.ModelException;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.RowFormat;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobFile;
import dev.assay.protocol.job.JobSpec;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Turns a job file into a job spec: checks the model and every input row, and stores both as blobs.
 */
public final class JobResolver {
    private static final String BUILTIN = "builtin:";
    private static final String DIGEST = "sha256:";

    private final BlobStore blobs;

    public JobResolver(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Resolves a job.
     *
     * @param directory what the file's relative paths are relative to
     */
    public ResolvedJob resolve(JobFile file, Path directory)
            throws TenantException, ModelException, BlobException {
        ModelPackage model = ModelPackage.open(blobs, model(file.model(), directory));
        Path input = directory.resolve(file.input());
        if (!Files.isRegularFile(input)) {
            throw new TenantException(
                    "inference.input: no file " + input + " (paths are relative to the job file)");
        }
        RowFormat.Rows rows = model.manifest().rows().read(input);
        Inference inference =
                new Inference(
                        model.digest(),
                        blobs.put(input),
                        rows.count(),
                        file.engine(),
                        file.batch());
        return new ResolvedJob(
                file,
                new JobSpec(
                        file.name(), file.resources(), inference, file.maxPrice(), file.verify()));
    }

    private Digest model(String reference, Path directory)
            throws TenantException, ModelException, BlobException {
        if (reference.startsWith(BUILTIN)) {
            return BuiltinModels.install(reference, blobs);
        }
        if (reference.startsWith(DIGEST)) {
            try {
                return Digest.parse(reference);
            } catch (IllegalArgumentException e) {
                throw new TenantException("inference.model: " + e.getMessage(), e);
            }
        }
        Path folder = directory.resolve(reference);
        if (!Files.isDirectory(folder)) {
            throw new TenantException(
                    "inference.model: no model package "
                            + folder
                            + " (a directory with "
                            + ModelPackage.MANIFEST_FILE
                            + " and "
                            + ModelPackage.WEIGHTS_FILE
                            + ", or builtin:NAME, or sha256:…)");
        }
        ModelPackage.open(folder);
        return ModelPackage.store(
                folder.resolve(ModelPackage.MANIFEST_FILE),
                folder.resolve(ModelPackage.WEIGHTS_FILE),
                blobs);
    }
}
