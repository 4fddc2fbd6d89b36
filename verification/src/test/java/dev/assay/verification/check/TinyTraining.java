package dev.assay.verification.check;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.graph.Graph;
import dev.assay.models.graph.Operator;
import dev.assay.models.pack.ModelManifest;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.models.tensor.TensorType;
import dev.assay.models.training.LabelledRows;
import dev.assay.models.training.TrainingCheckpoint;
import dev.assay.models.training.TrainingRun;
import dev.assay.models.training.TrainingState;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Optimizer;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.TrainingResult;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.attest.ReceiptChain;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.UnitCommitments;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.ResultPredicate.TrainingBuild;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A training of four weights in three units, and results of it, honest or not. */
public final class TinyTraining {
    static final int STEPS_IN_A_UNIT = 2;

    public final BlobStore blobs;
    public final Training work;
    public final Papers papers;
    public final Graph graph;
    private final ModelManifest model;
    private final LabelledRows rows;

    public TinyTraining(Path directory) throws Exception {
        this(directory, EngineName.EXACT);
    }

    TinyTraining(Path directory, EngineName engine) throws Exception {
        blobs = BlobStore.open(directory);
        graph =
                Graph.builder()
                        .input("x", TensorType.f32(Shape.BATCH, 2))
                        .parameter("w", TensorType.f32(2, 2))
                        .node("scores", new Operator.MatMul(), "x", "w")
                        .node("y", new Operator.Softmax(), "scores")
                        .build("y");
        model =
                new ModelManifest(
                        "tiny",
                        graph,
                        Digest.sha256(new byte[0]),
                        new RowFormat(2, -9, 9, 1),
                        List.of("left", "right"));
        Digest dataset =
                blobs.put(
                        "1,2,left\n3,4,right\n5,6,left\n7,8,right\n"
                                .getBytes(StandardCharsets.UTF_8));
        rows = LabelledRows.of(model.rows().read(blobs.file(dataset)), model);
        work =
                new Training(
                        blobs.put(model.bytes()),
                        dataset,
                        rows.count(),
                        1,
                        2,
                        new Optimizer.Sgd("0.1", "0.9"),
                        3 * STEPS_IN_A_UNIT,
                        2,
                        STEPS_IN_A_UNIT,
                        engine);
        papers = new Papers(work);
    }

    /** The stored checkpoints of an honest run, or of one from another seed. */
    public List<Digest> run(long seed) throws Exception {
        TrainingStep step = step();
        List<Digest> checkpoints = new ArrayList<>();
        TrainingState state = TrainingState.initial(step, seed);
        try (TrainingRun run = TrainingRun.resume(work, model, rows, new CountingEngine(), state)) {
            while (run.hasNext()) {
                run.next();
                if (run.atCheckpoint()) {
                    checkpoints.add(run.checkpoint().store(blobs));
                }
            }
        }
        return checkpoints;
    }

    /** A stored checkpoint whose every number is {@code value}. */
    Digest invented(int steps, float value) throws Exception {
        float[] values = {value, value, value, value};
        Tensor tensor = Tensor.of(Shape.of(2, 2), values);
        Map<String, Tensor> tensors = new LinkedHashMap<>(); // a file has them in this order
        tensors.put("w", tensor);
        tensors.put("velocity/w", tensor);
        return store(steps, 1, tensors);
    }

    /** A stored checkpoint: another's tensors and step, and the loss {@code factor} times its. */
    Digest withLoss(Digest of, float factor) throws Exception {
        TrainingState state = state(of);
        return store(state.step(), state.loss() * factor, state.tensors());
    }

    /** A stored checkpoint off the end of a unit by a share of all that the unit did. */
    Digest off(Digest start, Digest end, float share) throws Exception {
        TrainingState from = state(start);
        TrainingState to = state(end);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        to.tensors()
                .forEach(
                        (name, tensor) -> {
                            float[] values = tensor.values().clone();
                            for (int i = 0; i < values.length; i++) {
                                float before = from.tensors().get(name).values()[i];
                                values[i] += share * (values[i] - before);
                            }
                            tensors.put(name, Tensor.of(tensor.shape(), values));
                        });
        return store(to.step(), to.loss(), tensors);
    }

    private Digest store(int steps, float loss, Map<String, Tensor> tensors) throws Exception {
        return TrainingCheckpoint.of(work, new TrainingState(steps, loss, tensors)).store(blobs);
    }

    private TrainingState state(Digest checkpoint) throws Exception {
        return TrainingCheckpoint.read(checkpoint, blobs, work, step()).state();
    }

    private TrainingStep step() throws ModelException {
        return TrainingStep.of(graph, work.optimizer());
    }

    /** A result that commits to these checkpoints. */
    public AttestedResult result(List<Digest> checkpoints) throws Exception {
        return result(checkpoints, new TrainingResult(checkpoints).bytes(), graph.digest());
    }

    /** A result that commits to these checkpoints, and whose output file is another. */
    public AttestedResult result(List<Digest> checkpoints, byte[] output, Digest named)
            throws Exception {
        UnitCommitments commitments = new UnitCommitments(work);
        ReceiptChain chain =
                new ReceiptChain(papers.verifiedLease(), papers.provider.verifyingKey());
        append(chain, 0, commitments.root());
        checkpoints.forEach(commitments::add);
        append(chain, work.units(), commitments.root());
        VerifiedReceipt head = chain.head().orElseThrow();
        ResultPredicate result =
                new ResultPredicate(
                        papers.verifiedLease().id(),
                        papers.spec.digest(),
                        papers.provider.keyId(),
                        new TrainingBuild(work.model(), work.dataset(), work.engine(), named),
                        blobs.put(output),
                        work.units(),
                        commitments.root(),
                        papers.lease().seedCommitment(),
                        Papers.NOW.plusSeconds(2),
                        Papers.NOW.plusSeconds(4),
                        head.digest());
        return AttestedResult.verify(
                SignedStatement.sign(result.statement(), papers.provider),
                papers.provider.verifyingKey(),
                papers.verifiedLease(),
                head);
    }

    private void append(ReceiptChain chain, int units, Digest root) throws Exception {
        var receipt = papers.receipt(chain.head(), units, root).statement();
        chain.append(SignedStatement.sign(receipt, papers.provider), Papers.NOW.plusSeconds(60));
    }

    /**
     * Stands for the exact engine: each step adds to every weight what follows from the rows of the
     * batch and their order; weights beyond what a step can take diverge.
     */
    static final class CountingEngine implements Engine {
        @Override
        public String name() {
            return EngineName.EXACT.text();
        }

        @Override
        public LoadedModel load(ModelPackage model) throws EngineException {
            throw new EngineException(EngineException.Code.UNSUPPORTED, "only steps run here");
        }

        @Override
        public LoadedModel load(Graph graph, Map<String, Tensor> parameters) {
            return new LoadedModel() {
                @Override
                public List<Tensor> run(List<Tensor> inputs, Trace trace) {
                    float sum = 0;
                    for (float x : inputs.getFirst().values()) {
                        sum = sum / 2 + x;
                    }
                    float[] w = inputs.get(2).values().clone();
                    for (int i = 0; i < w.length; i++) {
                        w[i] += sum;
                    }
                    float loss = w[0] > 1e30f ? Float.POSITIVE_INFINITY : w[0];
                    return List.of(
                            Tensor.of(Shape.of(), new float[] {loss}),
                            Tensor.of(Shape.of(2, 2), w),
                            inputs.get(2));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }
}
