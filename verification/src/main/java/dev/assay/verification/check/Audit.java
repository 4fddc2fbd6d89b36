package dev.assay.verification.check;

import dev.assay.models.engine.Engine;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.JobSpec;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AttestedResult;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.attest.UnitDraw;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.statement.FreeText;
import dev.assay.verification.statement.VerdictPredicate;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * The auditor's side of a lease: draws units once the result is logged, replays them, and signs the
 * verdict. By default the auditor is the tenant's own client, so its data never leaves it.
 */
public final class Audit {
    private final SigningKey auditorKey;
    private final Digest secret;
    private final Engine exact;
    private final InstantSource clock;

    /**
     * An audit by the holder of this key.
     *
     * @param secret what the order's seed commitment is the SHA-256 of
     * @param exact an exact engine, which stays its caller's
     */
    public Audit(SigningKey auditorKey, Digest secret, Engine exact, InstantSource clock) {
        this.auditorKey = auditorKey;
        this.secret = secret;
        this.exact = exact;
        this.clock = clock;
    }

    /** The units to replay, fixed by the checkpoint that covers the result. */
    public List<Integer> draw(AttestedResult result, long checkpointSize, Digest checkpointRoot) {
        JobSpec spec = result.lease().order().order().spec();
        int units = result.result().units();
        return UnitDraw.draw(
                secret, checkpointSize, checkpointRoot, units, spec.verify().drawn(units));
    }

    /** Replays the drawn units and signs what came out. */
    public Envelope verdict(
            ResultContents contents, long checkpointSize, Digest checkpointRoot, IntConsumer done)
            throws VerificationException {
        AttestedResult result = contents.result();
        List<Integer> drawn = draw(result, checkpointSize, checkpointRoot);
        Optional<String> refutation = contents.refutation();
        List<Integer> failed =
                refutation.isPresent() ? drawn : new Replay(exact).failures(contents, drawn, done);
        String detail =
                refutation.orElse(
                        failed.isEmpty()
                                ? "all drawn units came out as committed"
                                : failed.size()
                                        + " of "
                                        + drawn.size()
                                        + " drawn units came out different");
        VerdictPredicate verdict =
                new VerdictPredicate(
                        result.lease().id(),
                        result.digest(),
                        auditorKey.keyId(),
                        failed.isEmpty() ? Outcome.PASS : Outcome.FAIL,
                        contents.method(),
                        secret,
                        checkpointSize,
                        checkpointRoot,
                        drawn,
                        failed,
                        FreeText.clip(detail),
                        clock.instant());
        return SignedStatement.sign(verdict.statement(), auditorKey);
    }
}
