package dev.assay.cli.tenant;

import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.json.StrictJson;
import dev.assay.runtime.container.OutputManifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * What containers left, as files for people: {@code 0.log} and the outputs in {@code 0/} for the
 * first, and so on.
 */
record ContainerOutputs(ContainerResult result, BlobStore blobs) {
    private static final long MAX_MANIFEST = 64L << 20;

    /** Writes all of it into a folder; a file that is there already is replaced. */
    void write(Path folder) throws TenantException {
        try {
            Files.createDirectories(folder);
            for (ContainerResult.Unit unit : result.units()) {
                place(unit.log(), folder.resolve(unit.index() + ".log"));
                if (unit.outputs().isPresent()) {
                    outputs(unit.outputs().get(), folder.resolve("" + unit.index()));
                }
            }
        } catch (IOException e) {
            throw new TenantException("cannot write " + folder + ": " + e.getMessage(), e);
        } catch (BlobException | JsonException e) {
            throw new TenantException("the containers' outputs: " + e.getMessage(), e);
        }
    }

    private void outputs(Digest manifest, Path folder)
            throws IOException, BlobException, JsonException, TenantException {
        byte[] bytes = blobs.read(manifest, MAX_MANIFEST);
        OutputManifest outputs =
                OutputManifest.parse(
                        JsonFields.of(
                                StrictJson.canonicalList(bytes, (int) MAX_MANIFEST, "outputs"),
                                "outputs"));
        for (OutputManifest.OutputFile file : outputs.files()) {
            place(file.digest(), inside(folder, file.path()));
        }
    }

    /** A provider names these paths: none may lead out of the folder. */
    private static Path inside(Path folder, String path) throws TenantException {
        try {
            Path file = folder.resolve(path).normalize();
            if (file.startsWith(folder.normalize()) && !file.equals(folder.normalize())) {
                return file;
            }
        } catch (InvalidPathException e) {
            throw new TenantException("the outputs name a file that cannot be: " + path, e);
        }
        throw new TenantException("the outputs name a file outside their folder: " + path);
    }

    private void place(Digest digest, Path file) throws IOException, BlobException {
        new WholeFile(file).copy(blobs.file(digest));
    }
}
