package dev.assay.verification.audit;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.pack.Manifest;
import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.job.Training;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.check.ContainerContents;
import dev.assay.verification.check.InferenceContents;
import dev.assay.verification.check.ResultContents;
import dev.assay.verification.check.TrainingContents;
import dev.assay.verification.statement.ResultPredicate.ContainerBuild;
import dev.assay.verification.statement.ResultPredicate.InferenceBuild;
import dev.assay.verification.statement.ResultPredicate.TrainingBuild;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The files of an evidence folder that hold the work: which there are, and their contents. */
record WorkFiles(IndexedFolder folder) {
    /** The file that a result calls its output. */
    static String output(AttestedResult result) {
        return switch (result.result().build()) {
            case InferenceBuild _ -> EvidenceLayout.OUTPUT;
            case TrainingBuild _ -> EvidenceLayout.TRAINING_RESULT;
            case ContainerBuild _ -> EvidenceLayout.CONTAINER_RESULT;
        };
    }

    ResultContents open(AttestedResult result) throws Halt, VerificationException {
        named(output(result), result.result().output());
        return switch (result.result().build()) {
            case InferenceBuild build -> {
                named(EvidenceLayout.MODEL, build.model());
                named(EvidenceLayout.INPUT, build.input());
                yield InferenceContents.open(
                        result,
                        folder.path(EvidenceLayout.MODEL),
                        folder.path(EvidenceLayout.companion(manifest())),
                        folder.path(EvidenceLayout.INPUT),
                        folder.path(EvidenceLayout.OUTPUT));
            }
            case TrainingBuild build -> {
                named(EvidenceLayout.MODEL, build.model());
                named(EvidenceLayout.DATASET, build.dataset());
                yield TrainingContents.open(
                        result,
                        bounded(EvidenceLayout.MODEL),
                        folder.path(EvidenceLayout.DATASET),
                        bounded(EvidenceLayout.TRAINING_RESULT),
                        this::checkpoint);
            }
            case ContainerBuild _ -> container(result);
        };
    }

    private Manifest manifest() throws Halt {
        try {
            return Manifest.parse(bounded(EvidenceLayout.MODEL));
        } catch (ModelException e) {
            throw Halt.refuted(
                    EvidenceLayout.MODEL, Clause.CONTENTS, String.valueOf(e.getMessage()));
        }
    }

    private TrainingCheckpoint checkpoint(
            int unit, Digest digest, Training training, TrainingStep step)
            throws BlobException, ModelException {
        byte[] manifest;
        try {
            named(EvidenceLayout.checkpoint(unit), digest);
            manifest = bounded(EvidenceLayout.checkpoint(unit));
        } catch (Halt e) {
            throw missing(e);
        }
        return TrainingCheckpoint.parse(
                digest, manifest, tensors -> tensors(unit, tensors), training, step);
    }

    private Path tensors(int unit, Digest digest) throws BlobException {
        try {
            named(EvidenceLayout.tensors(unit), digest);
        } catch (Halt e) {
            throw missing(e);
        }
        return folder.path(EvidenceLayout.tensors(unit));
    }

    /** That a folder lacks it does not say that the provider did. */
    private static BlobException missing(Halt e) {
        return new BlobException(
                BlobException.Code.IO, e.finding().file() + ": " + e.getMessage(), e);
    }

    private ContainerContents container(AttestedResult result) throws Halt, VerificationException {
        byte[] output = bounded(EvidenceLayout.CONTAINER_RESULT);
        Set<Digest> present = new HashSet<>();
        ContainerContents contents = ContainerContents.open(result, output, present::contains);
        for (ContainerResult.Unit unit : contents.report().units()) {
            present.add(found(EvidenceLayout.log(unit.index()), unit.log()));
            if (unit.outputs().isPresent()) {
                present.add(found(EvidenceLayout.outputs(unit.index()), unit.outputs().get()));
            }
        }
        return contents;
    }

    /** The file, looked at: its digest must be this one. */
    private Digest found(String name, Digest digest) throws Halt {
        named(name, digest);
        folder.path(name);
        return digest;
    }

    private byte[] bounded(String name) throws Halt {
        return folder.read(name, (int) ContainerResult.MAX_BYTES);
    }

    private void named(String name, Digest digest) throws Halt {
        if (!folder.digest(name).equals(digest)) {
            throw Halt.refuted(name, Clause.CONTENTS, "is not the file that the result names");
        }
    }
}
