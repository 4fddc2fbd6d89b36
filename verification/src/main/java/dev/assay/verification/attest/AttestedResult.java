package dev.assay.verification.attest;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Work;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.ResultPredicate.Build;
import dev.assay.verification.statement.ResultPredicate.ContainerBuild;
import dev.assay.verification.statement.ResultPredicate.InferenceBuild;
import dev.assay.verification.statement.ResultPredicate.TrainingBuild;
import dev.assay.verification.statement.UsagePredicate;

import java.time.Instant;

/**
 * Evidence that a provider committed to a result that fits its lease and its receipts. Whether the
 * result is right is another matter: see {@link AuditedResult}.
 */
public final class AttestedResult {
    private final SignedStatement<ResultPredicate> statement;
    private final VerifiedLease lease;

    private AttestedResult(SignedStatement<ResultPredicate> statement, VerifiedLease lease) {
        this.statement = statement;
        this.lease = lease;
    }

    /** Verifies the provider's signature and every field against the lease and the last receipt. */
    public static AttestedResult verify(
            Envelope envelope, VerifyingKey providerKey, VerifiedLease lease, VerifiedReceipt head)
            throws VerificationException {
        SignedStatement<ResultPredicate> statement =
                SignedStatement.verify(envelope, providerKey, ResultPredicate.class);
        Require.equal(statement.predicate().lease(), lease.id(), "result.leaseId");
        Require.equal(providerKey.keyId(), lease.lease().provider(), "result's key");
        requireFits(
                statement.predicate(),
                lease.lease(),
                lease.order().order().spec().work(),
                head.receipt(),
                head.digest());
        return new AttestedResult(statement, lease);
    }

    /**
     * Refuses a result that does not fit the lease that it names; who signed it is not looked at.
     *
     * @param head the lease's last receipt, whose statement has this digest
     */
    public static void requireFits(
            ResultPredicate result,
            LeasePredicate terms,
            Work work,
            UsagePredicate head,
            Digest headDigest)
            throws VerificationException {
        Require.equal(result.provider(), terms.provider(), "result.builder");
        Require.equal(result.spec(), terms.spec(), "result.spec");
        build(result.build(), work);
        Require.equal(result.units(), work.units(), "result.units");
        Require.equal(result.seedCommitment(), terms.seedCommitment(), "result.seedCommitment");
        Require.equal(result.usageHead(), headDigest, "result.usageHead");
        Require.equal(head.usage().units(), (long) result.units(), "units in the last receipt");
        Require.equal(result.unitRoot(), head.unitRoot(), "result.unitRoot");
        Require.that(
                !result.finishedOn().isBefore(result.startedOn())
                        && !result.startedOn()
                                .isBefore(terms.createdOn().minus(ReceiptChain.CLOCK_SKEW)),
                "result.metadata",
                "the times are not in order");
    }

    /**
     * The result itself, unless its work ended in the verifier's future: what was not over then is
     * no result.
     *
     * @param now the verifier's time
     */
    public AttestedResult finishedBy(Instant now) throws VerificationException {
        Instant finished = result().finishedOn();
        Require.that(
                !finished.isAfter(now.plus(ReceiptChain.CLOCK_SKEW)),
                Code.BAD_PERIOD,
                "result.metadata",
                finished + " is in the future");
        return this;
    }

    private static void build(Build build, Work work) throws VerificationException {
        switch (work) {
            case Inference ordered when build instanceof InferenceBuild ran -> {
                Require.equal(ran.model(), ordered.model(), "result.model");
                Require.equal(ran.input(), ordered.input(), "result.input");
                Require.equal(ran.engine(), ordered.engine(), "result.engine");
            }
            case Training ordered when build instanceof TrainingBuild ran -> {
                Require.equal(ran.model(), ordered.model(), "result.model");
                Require.equal(ran.dataset(), ordered.dataset(), "result.dataset");
                Require.equal(ran.engine(), ordered.engine(), "result.engine");
            }
            case Container _ when build instanceof ContainerBuild -> {}
            case Inference _, Training _, Container _ ->
                    Require.that(
                            false,
                            "result.buildDefinition.buildType",
                            "is no result of work of the kind " + work.kind());
        }
    }

    public Digest digest() {
        return statement.digest();
    }

    public ResultPredicate result() {
        return statement.predicate();
    }

    public VerifiedLease lease() {
        return lease;
    }

    public SignedStatement<ResultPredicate> statement() {
        return statement;
    }
}
