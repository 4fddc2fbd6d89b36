package dev.assay.verification.check;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.engine.Trace;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.pack.ScriptPackage;
import dev.assay.models.script.ScriptBytes;
import dev.assay.models.script.ScriptFile;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.Inference;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.VerdictPredicate.Method;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/**
 * Results of a TorchScript model, which an auditor's own PyTorch runs again: here, a fake of it.
 */
final class ScriptReplayTest {
    private static final Digest ROOT = Digest.sha256(new byte[] {5});
    private static final long SIZE = 5;
    private static final Tensor HONEST =
            Tensor.of(Shape.of(5, 2), new float[] {-1, -2, -3, 4, 0, 0, 7, -5, -9, -9});

    @TempDir private Path directory;

    private BlobStore blobs;
    private ScriptFile script;
    private Papers papers;

    @BeforeEach
    void theTenantsFiles() throws Exception {
        blobs = BlobStore.open(directory.resolve("blobs"));
        script =
                ScriptFile.check(
                        ScriptBytes.write(directory.resolve("neg.pt"), "return torch.neg(x)"));
        Digest model = ScriptPackage.store("neg", script, RowFormat.ofNumbers(2), blobs);
        Digest input = blobs.put("1,2\n3,-4\n0,0\n-7,5\n9,9\n".getBytes(US_ASCII));
        papers = new Papers(new Inference(model, input, 5, EngineName.PYTORCH, 2));
    }

    @Test
    void provider_thatLeavesWhatTheScriptYields_passes() throws Exception {
        AuditedResult audited = audited(result(HONEST, script.digest()));
        assertThat(audited.passed()).isPresent();
        assertThat(audited.verdict().method()).isEqualTo(Method.TOLERANT_REPLAY);
    }

    @Test
    void provider_offByLessThanTheTolerance_passes() throws Exception {
        Tensor near = scaled(1 + 1e-6f);
        assertThat(near.sameBits(HONEST)).isFalse();
        assertThat(audited(result(near, script.digest())).passed()).isPresent();
    }

    @Test
    void provider_thatReturnsOtherOutputs_isFailed() throws Exception {
        assertFails(result(scaled(1.001f), script.digest()));
    }

    @Test
    void provider_thatReturnsWiderRows_isFailed() throws Exception {
        float[] wide = new float[15];
        for (int row = 0; row < 5; row++) {
            wide[3 * row] = HONEST.values()[2 * row];
            wide[3 * row + 1] = HONEST.values()[2 * row + 1];
        }
        assertFails(result(Tensor.of(Shape.of(5, 3), wide), script.digest()));
    }

    @Test
    void provider_thatReturnsFewerRows_isFailed() throws Exception {
        blobs.put(TinyModel.file(HONEST.rows(0, 4)));
        Digest fewer = Digest.sha256(TinyModel.file(HONEST.rows(0, 4)));
        assertFails(signed(HONEST, "output", fewer));
    }

    @Test
    void provider_thatNamesAnotherScript_isFailed() throws Exception {
        assertFails(result(HONEST, Digest.sha256(new byte[] {9})));
    }

    /** What an auditor cannot run says nothing of the provider. */
    @Test
    void auditor_whoseEngineRunsNoScripts_failsNobody() throws Exception {
        AttestedResult result = result(HONEST, script.digest());
        assertRefused(Code.REPLAY_FAILED, () -> audited(result, new TinyModel.TinyEngine()))
                .contains("does not run neg, which is TorchScript");
    }

    private static Tensor scaled(float factor) {
        float[] values = HONEST.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return Tensor.of(HONEST.shape(), values);
    }

    private AttestedResult result(Tensor output, Digest program) throws Exception {
        blobs.put(TinyModel.file(output));
        return signed(output, "graphDigest", program);
    }

    private AttestedResult signed(Tensor output, String field, Digest digest) throws Exception {
        VerifiedReceipt head = papers.chain(output).head().orElseThrow();
        Envelope result =
                Forgery.signed(
                        papers.result(head, output).statement(),
                        papers.provider,
                        "/predicate/" + field,
                        digest.toString());
        return AttestedResult.verify(
                result, papers.provider.verifyingKey(), papers.verifiedLease(), head);
    }

    /** The tenant's audit fails it, and the market's own replay does so again. */
    private void assertFails(AttestedResult result) throws Exception {
        AuditedResult audited = audited(result);
        assertThat(audited.verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(
                        new Replay(new NegatingEngine())
                                .reproduce(audited, ResultContents.open(result, blobs)))
                .isPresent();
    }

    private AuditedResult audited(AttestedResult result) throws Exception {
        return audited(result, new NegatingEngine());
    }

    private AuditedResult audited(AttestedResult result, Engine engine) throws Exception {
        Envelope verdict =
                new Audit(papers.tenant, Papers.SECRET, engine, () -> Papers.NOW)
                        .verdict(ResultContents.open(result, blobs), SIZE, ROOT, _ -> {});
        return AuditedResult.verify(result, verdict, papers.tenant.verifyingKey(), SIZE, ROOT);
    }

    /** Runs the one script of this test, as a runner would. */
    private static final class NegatingEngine implements Engine {
        @Override
        public String name() {
            return EngineName.EXACT.text();
        }

        @Override
        public LoadedModel load(ModelPackage model) throws EngineException {
            throw new EngineException(EngineException.Code.UNSUPPORTED, "only scripts run here");
        }

        @Override
        public LoadedModel load(ScriptPackage ordered) {
            return new LoadedModel() {
                @Override
                public List<Tensor> run(List<Tensor> inputs, Trace trace) {
                    Tensor input = inputs.getFirst();
                    float[] values = input.values().clone();
                    for (int i = 0; i < values.length; i++) {
                        values[i] = -values[i];
                    }
                    return List.of(Tensor.of(input.shape(), values));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }
}
