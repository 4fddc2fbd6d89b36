package dev.assay.cli.tenant;

import dev.assay.models.training.TrainingState;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.verification.VerificationException;
import dev.assay.verification.check.ContainerContents;
import dev.assay.verification.check.InferenceContents;
import dev.assay.verification.check.ResultContents;
import dev.assay.verification.check.TrainingContents;
import dev.assay.verification.check.UnusableOutput;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A result as files that its tenant can use: predictions, a trained model, or what containers left.
 *
 * @param folder of the order
 * @param events is told where the files lie
 */
record ResultFiles(Path folder, BlobStore blobs, Consumer<RunEvent> events) {
    /** Writes the files; none for a result that is of no use. */
    void write(ResultContents contents) throws TenantException, VerificationException {
        switch (contents) {
            case InferenceContents inference -> predictions(inference);
            case TrainingContents training -> model(training);
            case ContainerContents containers -> outputs(containers);
            case UnusableOutput _ -> {}
        }
    }

    private void predictions(InferenceContents contents) throws TenantException {
        Path file = folder.resolve("predictions.csv");
        Predictions table = new Predictions(contents);
        table.write(file);
        events.accept(
                new RunEvent.ResultReady(contents.output().shape().dim(0), table.correct(), file));
    }

    private void model(TrainingContents contents) throws TenantException, VerificationException {
        if (contents.refutation().isPresent()) {
            return;
        }
        Path model = folder.resolve("model");
        TrainingState trained = contents.last().state();
        new TrainedModel(contents.model(), trained.parameters(contents.step())).write(model);
        events.accept(new RunEvent.ModelReady(trained.step(), trained.loss(), model));
    }

    private void outputs(ContainerContents contents) throws TenantException {
        Path outputs = folder.resolve("outputs");
        new ContainerOutputs(contents.report(), blobs).write(outputs);
        events.accept(new RunEvent.ContainersReady(contents.report(), outputs));
    }
}
