package dev.assay.verification.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.TensorType;
import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.TrainingResult;
import dev.assay.protocol.money.PriceUnit;
import dev.assay.protocol.usage.Usage;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.UnitCommitments;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.ResultPredicate.TrainingBuild;
import dev.assay.verification.statement.UsagePredicate;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * A provider that trained nothing, and commits to checkpoints that nobody can begin a replay from.
 * Each of its units fails: a replay that merely could not run would leave it unjudged, and paid.
 */
final class TrainingCheatsTest {
    private static final int UNITS = 4;

    @TempDir private Path directory;

    private final ModelManifest model;
    private final Papers papers;
    private BlobStore blobs;

    TrainingCheatsTest() throws Exception {
        model = classifier(Digest.sha256(new TinyModel().weights));
        papers = new Papers(this::training, PriceUnit.THOUSAND_ROWS);
    }

    @BeforeEach
    void theTenantsFiles() throws Exception {
        blobs = BlobStore.open(directory.resolve("blobs"));
        ModelPackage.store(
                Files.write(directory.resolve("model.json"), model.bytes()),
                Files.write(directory.resolve("weights"), papers.model.weights),
                blobs);
        blobs.put(papers.model.input);
    }

    @Test
    void provider_thatCommitsToCheckpointsItNeverHad_isFailed() throws Exception {
        assertFails(Digest.sha256(new byte[] {9}));
    }

    @Test
    void provider_thatCommitsToBytesThatAreNoCheckpoint_isFailed() throws Exception {
        assertFails(blobs.put("rubbish".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void provider_thatNeverLeavesTheInitialWeights_isFailed() throws Exception {
        Training work = training(papers.model);
        TrainingStep step = TrainingStep.of(model.graph(), work.optimizer());
        TrainingState initial = TrainingState.initial(step, work.seed());
        assertFails(TrainingCheckpoint.of(work, initial).store(blobs));
    }

    @Test
    void provider_thatKeepsTheTensorsOfACheckpoint_isFailed() throws Exception {
        Training work = training(papers.model);
        TrainingStep step = TrainingStep.of(model.graph(), work.optimizer());
        TrainingState initial = TrainingState.initial(step, work.seed());
        TrainingCheckpoint kept =
                TrainingCheckpoint.of(work, new TrainingState(1, 0, initial.tensors()));
        assertFails(blobs.put(kept.manifest()));
    }

    /** Every unit but the first begins at this checkpoint; none needs an engine to be refuted. */
    private void assertFails(Digest checkpoint) throws Exception {
        List<Digest> checkpoints = Collections.nCopies(UNITS, checkpoint);
        AttestedResult result = attested(checkpoints);
        ResultContents contents = ResultContents.open(result, blobs);
        assertThat(contents.refutation()).isEmpty();
        assertThat(
                        new Replay(new TinyModel.TinyEngine())
                                .failures(contents, List.of(1, 2, 3), _ -> {}))
                .containsExactly(1, 2, 3);
    }

    private AttestedResult attested(List<Digest> checkpoints) throws Exception {
        UnitCommitments commitments = new UnitCommitments(papers.spec.work());
        checkpoints.forEach(commitments::add);
        ReceiptChain chain =
                new ReceiptChain(papers.verifiedLease(), papers.provider.verifyingKey());
        UsagePredicate usage =
                new UsagePredicate(
                        papers.verifiedLease().id(),
                        papers.spec.digest(),
                        0,
                        papers.verifiedLease().id().digest(),
                        Papers.NOW.plusSeconds(2),
                        Papers.NOW.plusSeconds(3),
                        List.of(),
                        new Usage(
                                Duration.ofSeconds(1),
                                Duration.ZERO,
                                0,
                                papers.spec.work().totalRows(),
                                UNITS),
                        commitments.root());
        VerifiedReceipt head =
                chain.append(
                        SignedStatement.sign(usage.statement(), papers.provider),
                        Papers.NOW.plusSeconds(60));
        Training work = training(papers.model);
        ResultPredicate result =
                new ResultPredicate(
                        papers.verifiedLease().id(),
                        papers.spec.digest(),
                        papers.provider.keyId(),
                        new TrainingBuild(
                                work.model(),
                                work.dataset(),
                                work.engine(),
                                model.graph().digest()),
                        blobs.put(new TrainingResult(checkpoints).bytes()),
                        UNITS,
                        commitments.root(),
                        papers.lease().seedCommitment(),
                        Papers.NOW.plusSeconds(2),
                        Papers.NOW.plusSeconds(3),
                        head.digest());
        return AttestedResult.verify(
                SignedStatement.sign(result.statement(), papers.provider),
                papers.provider.verifyingKey(),
                papers.verifiedLease(),
                head);
    }

    /** The tiny model's rows, put into two classes. */
    private static ModelManifest classifier(Digest weights) throws ModelException {
        Graph graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 2))
                        .parameter("w", TensorType.f32(2, 2))
                        .node("xw", new Operator.MatMul(), "x", "w")
                        .node("y", new Operator.Softmax(), "xw")
                        .build("y");
        return new ModelManifest(
                "classifier", graph, weights, new RowFormat(2, -9, 9, 1), List.of("left", "right"));
    }

    private Training training(TinyModel rows) {
        return new Training(
                Digest.sha256(model.bytes()),
                Digest.sha256(rows.input),
                TinyModel.ROWS,
                1,
                1,
                new Optimizer.Sgd("0.1", "0"),
                UNITS,
                TinyModel.BATCH,
                1,
                EngineName.EXACT);
    }
}
