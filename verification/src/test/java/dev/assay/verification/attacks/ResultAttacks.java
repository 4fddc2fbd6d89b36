package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.PROVIDER;

import dev.assay.models.tensor.Shape;
import dev.assay.models.tensor.Tensor;
import dev.assay.verification.attacks.Tale.Said;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.check.TinyModel;

import java.util.Map;
import java.util.Objects;

/** Results that do not fit the lease, the receipts, the output or the truth. */
final class ResultAttacks {
    private static final String RESULT = EvidenceLayout.RESULT;
    private static final String OTHER = "sha256:" + "ab".repeat(32);

    private final FolderAttacks folders;

    private ResultAttacks(FolderAttacks folders) {
        this.folders = folders;
    }

    static void add(FolderAttacks folders) {
        ResultAttacks attacks = new ResultAttacks(folders);
        attacks.usage();
        attacks.terms();
        attacks.outputs();
        attacks.others();
    }

    private void usage() {
        lie(
                "result-without-its-usage",
                "the result is of an older receipt than the last",
                "/predicate/usageHead",
                said(new Tale(), EvidenceLayout.receipt(1)).digest().toString(),
                "result.usageHead",
                "expected ");
        lie(
                "result-of-other-units",
                "units that the receipts did not count",
                "/predicate/unitRoot",
                OTHER,
                "result.unitRoot",
                "expected ");
        lie(
                "result-of-fewer-units",
                "two units of three",
                "/predicate/units",
                2,
                "result.units",
                "is 2, expected 3");
        Tale late = new Tale();
        folders.attack(
                "result-before-its-work",
                PROVIDER,
                "the result is given when the receipts have counted one unit of three",
                new TaleFolder(
                        late.lie(Tale.LAST_RECEIPT, "/predicate/meters", Tale.meters(3, 2, 1))
                                .lie(
                                        Tale.LAST_RECEIPT,
                                        "/predicate/unitRoot",
                                        TinyModel.root(late.work(), TinyModel.output(), 1)
                                                .toString())),
                in("units in the last receipt", "is 1, expected 3"));
    }

    private void terms() {
        lie(
                "result-of-another-lease",
                "the result of another lease",
                Map.of(
                        "/predicate/buildDefinition/internalParameters/leaseId",
                        "ab".repeat(32),
                        "/predicate/runDetails/metadata/invocationId",
                        "ab".repeat(32)),
                "result.leaseId",
                "expected ");
        lie(
                "result-of-another-job",
                "the result of another job",
                "/predicate/buildDefinition/externalParameters/spec",
                OTHER,
                "result.spec",
                "expected ");
        lie(
                "result-of-another-model",
                "a smaller model was run",
                "/predicate/buildDefinition/resolvedDependencies/0/digest/sha256",
                "ab".repeat(32),
                "result.model",
                "expected ");
        lie(
                "result-of-another-input",
                "another input was read",
                "/predicate/buildDefinition/resolvedDependencies/1/digest/sha256",
                "ab".repeat(32),
                "result.input",
                "expected ");
        lie(
                "result-of-another-engine",
                "an engine that need not be exact",
                "/predicate/engine",
                "pytorch",
                "result.engine",
                "expected ");
        folders.lie(
                PROVIDER,
                "result-of-another-graph",
                "another graph than the model's",
                RESULT,
                "/predicate/graphDigest",
                OTHER,
                FolderAttacks.in(
                        RESULT,
                        "result.graphDigest",
                        "contents",
                        "is another graph or script than the model's"));
        lie(
                "result-by-another-provider",
                "the result names somebody else as its builder",
                "/predicate/runDetails/builder/id",
                Parties.STRANGER.keyId().hex(),
                "result.builder",
                "expected ");
        lie(
                "seed-commitment-swapped",
                "the commitment to another draw",
                "/predicate/seedCommitment",
                OTHER,
                "result.seedCommitment",
                "expected ");
        lie(
                "result-finished-before-it-started",
                "the work ended before it began",
                "/predicate/runDetails/metadata/finishedOn",
                "2026-01-01T00:00:01Z",
                "result.metadata",
                "the times are not in order");
        lie(
                "result-started-before-the-lease",
                "the work began before the lease",
                "/predicate/runDetails/metadata/startedOn",
                "2025-12-31T23:00:00Z",
                "result.metadata",
                "the times are not in order");
        folders.lie(
                PROVIDER,
                "result-finished-in-the-future",
                "the work ended after the folder was written",
                RESULT,
                "/predicate/runDetails/metadata/finishedOn",
                "2026-01-01T00:05:00Z",
                in("result.metadata", "period", "is in the future"));
        lie(
                "result-of-another-kind",
                "the result of a training",
                "/predicate/buildDefinition/buildType",
                "https://assay.dev/attestation/container/v1",
                "statement.predicate.buildDefinition.resolvedDependencies",
                "must be exactly");
    }

    private void outputs() {
        Tale wrong = new Tale();
        wrong.output = wrong();
        folders.attack(
                "wrong-output",
                PROVIDER,
                "every value is one bit off, committed to and properly signed",
                new TaleFolder(wrong),
                FolderAttacks.at(
                        EvidenceLayout.OUTPUT,
                        "",
                        "replay",
                        "units [0, 1, 2] replayed here did not come out the same"));
        TaleFolder other = new TaleFolder(new Tale());
        other.files.put(EvidenceLayout.OUTPUT, TinyModel.file(wrong()));
        folders.attack(
                "output-swapped",
                "provider and tenant",
                "another output than the one that the result names",
                other,
                FolderAttacks.at(
                        EvidenceLayout.OUTPUT,
                        "",
                        "contents",
                        "is not the file that the result names"));
        Tale uncommitted = new Tale();
        TaleFolder swapped =
                new TaleFolder(
                        uncommitted.lie(
                                RESULT,
                                "/predicate/output",
                                dev.assay.protocol.id.Digest.sha256(TinyModel.file(wrong()))
                                        .toString()));
        swapped.files.put(EvidenceLayout.OUTPUT, TinyModel.file(wrong()));
        folders.attack(
                "output-not-committed-to",
                PROVIDER,
                "the result names an output whose units the receipts did not commit to",
                swapped,
                FolderAttacks.at(
                        EvidenceLayout.OUTPUT, "", "commitment", "the output has unit root "));
        Tale garbage = new Tale();
        Tensor shape = Tensor.of(Shape.of(1, 10), TinyModel.output().values());
        TaleFolder garbled =
                new TaleFolder(
                        garbage.lie(
                                RESULT,
                                "/predicate/output",
                                dev.assay.protocol.id.Digest.sha256(TinyModel.file(shape))
                                        .toString()));
        garbled.files.put(EvidenceLayout.OUTPUT, TinyModel.file(shape));
        folders.attack(
                "output-of-another-shape",
                PROVIDER,
                "the same values in another shape",
                garbled,
                FolderAttacks.at(
                        EvidenceLayout.OUTPUT,
                        "",
                        "commitment",
                        "expected one tensor 'output' of shape"));
        TaleFolder model = new TaleFolder(new Tale());
        byte[] weights = Objects.requireNonNull(model.files.get(EvidenceLayout.WEIGHTS)).clone();
        weights[weights.length - 1] ^= 1;
        model.files.put(EvidenceLayout.WEIGHTS, weights);
        folders.attack(
                "weights-swapped",
                "provider and tenant",
                "other weights under the same model",
                model,
                FolderAttacks.at("work", "", "contents", EvidenceLayout.WEIGHTS));
    }

    private void others() {
        folders.attack(
                "result-by-a-stranger",
                "anyone with a key",
                "a stranger signs the provider's result",
                new TaleFolder(new Tale().signedBy(RESULT, Parties.STRANGER)),
                in("", "key", "the envelope names key"));
        Tale tale = new Tale();
        TaleFolder second = new TaleFolder(tale);
        second.show("result-2", said(tale, RESULT));
        second.files.remove(EvidenceLayout.proof("result-2"));
        folders.attack(
                "second-result",
                PROVIDER,
                "two results for a lease",
                second,
                FolderAttacks.at(
                        EvidenceLayout.statement("result-2"),
                        "",
                        "layout",
                        "is no part of an evidence folder"));
        TaleFolder none = new TaleFolder(new Tale());
        for (int i = 0; i < 3; i++) {
            none.hide(EvidenceLayout.receipt(i));
        }
        folders.attack(
                "result-without-receipts",
                "provider and tenant",
                "all receipts are left out",
                none,
                FolderAttacks.in(
                        EvidenceLayout.receipt(0),
                        "",
                        "receipt-chain",
                        "a result without a receipt"));
    }

    private void lie(
            String name, String change, String pointer, Object value, String field, String says) {
        folders.lie(PROVIDER, name, change, RESULT, pointer, value, in(field, says));
    }

    private void lie(
            String name, String change, Map<String, Object> values, String field, String says) {
        Tale tale = new Tale();
        values.forEach((pointer, value) -> tale.lie(RESULT, pointer, value));
        folders.attack(name, PROVIDER, change, new TaleFolder(tale), in(field, says));
    }

    private static Expected in(String field, String says) {
        return in(field, "statement", says);
    }

    private static Expected in(String field, String clause, String says) {
        return FolderAttacks.in(RESULT, field, clause, says);
    }

    private static Tensor wrong() {
        float[] values = TinyModel.output().values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.nextUp(values[i]);
        }
        return Tensor.of(TinyModel.output().shape(), values);
    }

    private static Said said(Tale tale, String name) {
        return Objects.requireNonNull(tale.tell().get(name));
    }
}
