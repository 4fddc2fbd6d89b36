package dev.assay.verification.check;

import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.ContainerResult;
import dev.assay.protocol.json.JsonException;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.UnitCommitments;
import dev.assay.verification.statement.ResultPredicate.ContainerBuild;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the containers of a job left: how each ended, and which files it left by digest. Immutable,
 * thread-safe.
 */
public final class ContainerContents implements ResultContents {
    private final AttestedResult result;
    private final ContainerResult report;
    private final Predicate<Digest> present;

    private ContainerContents(
            AttestedResult result, ContainerResult report, Predicate<Digest> present) {
        this.result = result;
        this.report = report;
        this.present = present;
    }

    /** Opens the result's output file from a blob store. */
    public static ContainerContents open(AttestedResult result, BlobStore blobs)
            throws VerificationException {
        return open(
                result,
                ProviderFiles.read(blobs, result.result().output(), ContainerResult.MAX_BYTES),
                digest -> holds(blobs, digest));
    }

    /**
     * Reads the bytes of the result's output file, whose digest must be the one it names.
     *
     * @param present whether the file with a digest is at hand, whole
     */
    public static ContainerContents open(
            AttestedResult result, byte[] output, Predicate<Digest> present)
            throws VerificationException {
        try {
            ContainerResult report = ContainerResult.parse(output);
            ContainerBuild build = (ContainerBuild) result.result().build();
            if (!Digest.sha256(output).equals(result.result().output())
                    || !report.image().equals(build.image())
                    || report.units().size() != result.result().units()) {
                throw ProviderFiles.bad(
                        "the output file is not the one that the result names: another digest,"
                                + " image or number of units");
            }
            return new ContainerContents(result, report, present);
        } catch (JsonException e) {
            throw ProviderFiles.bad(e);
        }
    }

    private static boolean holds(BlobStore blobs, Digest digest) {
        try {
            blobs.file(digest);
            return true;
        } catch (BlobException e) {
            return false;
        }
    }

    @Override
    public AttestedResult result() {
        return result;
    }

    /** How each container ended. */
    public ContainerResult report() {
        return report;
    }

    @Override
    public Optional<String> refutation() {
        UnitCommitments commitments =
                new UnitCommitments(result.lease().order().order().spec().work());
        report.units().forEach(unit -> commitments.add(unit.digest()));
        return ResultContents.refutation(result, commitments.root());
    }

    /** Those of the units of which a file is missing. */
    public List<Integer> incomplete(List<Integer> units) {
        return units.stream().filter(unit -> !complete(report.units().get(unit))).toList();
    }

    private boolean complete(ContainerResult.Unit unit) {
        return present.test(unit.log()) && unit.outputs().map(present::test).orElse(true);
    }
}
