package dev.assay.verification.attest;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.JobSpec;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.LeasePredicate;
import dev.assay.verification.statement.ResultPredicate;
import dev.assay.verification.statement.VerdictPredicate;
import dev.assay.verification.statement.VerdictPredicate.Method;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.util.List;
import java.util.Optional;

/**
 * Evidence that the lease's auditor gave a verdict on a result, on the units that the committed
 * secret and the log drew.
 */
public final class AuditedResult {
    private final AttestedResult result;
    private final SignedStatement<VerdictPredicate> verdict;

    private AuditedResult(AttestedResult result, SignedStatement<VerdictPredicate> verdict) {
        this.result = result;
        this.verdict = verdict;
    }

    /**
     * Verifies the auditor's signature, the revealed secret and the draw.
     *
     * @param checkpointSize size of a checkpoint that covers the result, from the log
     * @param checkpointRoot its root
     */
    public static AuditedResult verify(
            AttestedResult result,
            Envelope verdictEnvelope,
            VerifyingKey auditorKey,
            long checkpointSize,
            Digest checkpointRoot)
            throws VerificationException {
        SignedStatement<VerdictPredicate> statement =
                SignedStatement.verify(verdictEnvelope, auditorKey, VerdictPredicate.class);
        VerdictPredicate verdict = statement.predicate();
        Require.equal(auditorKey.keyId(), result.lease().lease().auditor(), "lease.auditor");
        Require.equal(verdict.lease(), result.lease().id(), "verdict.leaseId");
        Require.equal(verdict.result(), result.digest(), "verdict.result");
        Require.equal(verdict.checkpointSize(), checkpointSize, "verdict.checkpointSize");
        Require.equal(verdict.checkpointRoot(), checkpointRoot, "verdict.checkpointRoot");
        requireFits(
                verdict,
                result.result(),
                result.lease().lease(),
                result.lease().order().order().spec());
        return new AuditedResult(result, statement);
    }

    /**
     * Refuses a verdict that does not fit the result that it names: another auditor's or method's,
     * another secret's than the committed one, on other units than were drawn. Who signed it is not
     * looked at, nor whether the log had the checkpoint that it names.
     */
    public static void requireFits(
            VerdictPredicate verdict, ResultPredicate result, LeasePredicate terms, JobSpec spec)
            throws VerificationException {
        Require.equal(verdict.auditor(), terms.auditor(), "verdict.auditor");
        Require.equal(verdict.method(), Method.of(spec.work()), "verdict.method");
        Require.equal(
                Digest.sha256(verdict.secret().bytes()),
                result.seedCommitment(),
                "SHA-256 of verdict.secret");
        int units = result.units();
        List<Integer> drawn =
                UnitDraw.draw(
                        verdict.secret(),
                        verdict.checkpointSize(),
                        verdict.checkpointRoot(),
                        units,
                        spec.verify().drawn(units));
        Require.equal(verdict.drawn(), drawn, "verdict.drawn");
    }

    public AttestedResult result() {
        return result;
    }

    public VerdictPredicate verdict() {
        return statement().predicate();
    }

    public SignedStatement<VerdictPredicate> statement() {
        return verdict;
    }

    /** The result as settlement takes it, when it passed. */
    public Optional<VerifiedResult> passed() {
        return verdict().outcome() == Outcome.PASS
                ? Optional.of(new VerifiedResult(this))
                : Optional.empty();
    }
}
