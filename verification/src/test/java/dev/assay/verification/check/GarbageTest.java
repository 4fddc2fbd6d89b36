package dev.assay.verification.check;

import static dev.assay.verification.Refusals.assertRefused;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.models.pack.ModelPackage;
import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.attest.Forgery;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.attest.VerifiedReceipt;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A provider that commits to something that is no output at all. An auditor who merely could not
 * read it would give no verdict, and without a verdict the provider is paid.
 */
final class GarbageTest {
    private static final Digest ROOT = Digest.sha256(new byte[] {5});
    private static final long SIZE = 5;

    @TempDir private Path directory;

    private final Papers papers;
    private BlobStore blobs;

    GarbageTest() throws Exception {
        papers = new Papers();
    }

    @BeforeEach
    void theTenantsFiles() throws Exception {
        blobs = BlobStore.open(directory.resolve("blobs"));
        ModelPackage.store(
                Files.write(directory.resolve("model.json"), papers.model.manifest),
                Files.write(directory.resolve("weights"), papers.model.weights),
                blobs);
        blobs.put(papers.model.input);
    }

    @Test
    void provider_thatCommitsToBytesThatAreNoOutput_isFailed() throws Exception {
        assertFails(naming("output", blobs.put("rubbish".getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void provider_thatCommitsToAnOutputOfAnotherShape_isFailed() throws Exception {
        Tensor flat = Tensor.of(Shape.of(1, 10), TinyModel.output().values());
        assertFails(naming("output", blobs.put(TinyModel.file(flat))));
    }

    @Test
    void provider_thatCommitsToADigestOfNothing_isFailed() throws Exception {
        assertFails(naming("output", Digest.sha256(new byte[] {9})));
    }

    @Test
    void provider_thatNamesAnotherGraph_isFailed() throws Exception {
        blobs.put(TinyModel.file(TinyModel.output()));
        assertFails(naming("graphDigest", Digest.sha256(new byte[] {9})));
    }

    @Test
    void provider_thatLeavesARightOutput_passes() throws Exception {
        blobs.put(TinyModel.file(TinyModel.output()));
        assertThat(audited(papers.attested(TinyModel.output())).passed()).isPresent();
    }

    /** The input is the tenant's to keep: without it nothing is said of the provider. */
    @Test
    void tenant_thatLosesItsOwnInput_failsNobody() throws Exception {
        blobs.put(TinyModel.file(TinyModel.output()));
        Files.delete(blobs.file(Digest.sha256(papers.model.input)));
        AttestedResult result = papers.attested(TinyModel.output());
        assertRefused(Code.BAD_CONTENTS, () -> ResultContents.open(result, blobs));
    }

    private AttestedResult naming(String field, Digest digest) throws Exception {
        VerifiedReceipt head = papers.chain(TinyModel.output()).head().orElseThrow();
        Envelope result =
                Forgery.signed(
                        papers.result(head, TinyModel.output()).statement(),
                        papers.provider,
                        "/predicate/" + field,
                        digest.toString());
        return AttestedResult.verify(
                result, papers.provider.verifyingKey(), papers.verifiedLease(), head);
    }

    /** The tenant's audit fails it, and so does the market's own look at the files. */
    private void assertFails(AttestedResult result) throws Exception {
        AuditedResult audited = audited(result);
        assertThat(audited.verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(
                        new Replay(new TinyModel.TinyEngine())
                                .reproduce(audited, ResultContents.open(result, blobs)))
                .isPresent();
    }

    private AuditedResult audited(AttestedResult result) throws Exception {
        Envelope verdict =
                new Audit(
                                papers.tenant,
                                Papers.SECRET,
                                new TinyModel.TinyEngine(),
                                () -> Papers.NOW)
                        .verdict(ResultContents.open(result, blobs), SIZE, ROOT, _ -> {});
        return AuditedResult.verify(result, verdict, papers.tenant.verifyingKey(), SIZE, ROOT);
    }
}
