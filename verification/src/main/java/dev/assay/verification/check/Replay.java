package dev.assay.verification.check;

import dev.assay.models.engine.Engine;
import dev.assay.models.engine.EngineException;
import dev.assay.models.engine.LoadedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.PackagedModel;
import dev.assay.models.pack.ScriptPackage;
import dev.assay.models.tensor.Tensor;
import dev.assay.protocol.job.EngineName;
import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.statement.VerdictPredicate.Method;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Checks units of a result. Inference is replayed on the exact engine: work done on that engine
 * must come out equal in every bit, work done on PyTorch within {@link Tolerance}. A TorchScript
 * model has no graph that the exact engine could run: PyTorch runs it again. Training steps are
 * done again from the checkpoint they begin at, and must end in the same bits, or within {@link
 * TrainingTolerance} when they were done on PyTorch. A container's files must be there. Not
 * thread-safe.
 */
public final class Replay {
    private final Engine exact;

    /**
     * A replay on this engine, which stays its caller's.
     *
     * @param exact the exact engine; to replay TorchScript models it must load those too
     */
    public Replay(Engine exact) {
        if (!exact.name().equals(EngineName.EXACT.text())) {
            throw new IllegalArgumentException(
                    "replay runs on the exact engine, not on " + exact.name());
        }
        this.exact = exact;
    }

    /**
     * Checks units and returns those that failed.
     *
     * @param done told each unit after it was checked
     */
    public List<Integer> failures(ResultContents contents, List<Integer> units, IntConsumer done)
            throws VerificationException {
        return switch (contents) {
            case InferenceContents inference -> replay(inference, units, done);
            case TrainingContents training -> replay(training, units, done);
            case ContainerContents container -> {
                List<Integer> failed = container.incomplete(units);
                units.forEach(done::accept);
                yield failed;
            }
            case UnusableOutput _ -> List.copyOf(units);
        };
    }

    private List<Integer> replay(TrainingContents contents, List<Integer> units, IntConsumer done)
            throws VerificationException {
        List<Integer> failed = new ArrayList<>();
        for (int unit : units) {
            if (!contents.replays(unit, exact)) {
                failed.add(unit);
            }
            done.accept(unit);
        }
        return failed;
    }

    private List<Integer> replay(InferenceContents contents, List<Integer> units, IntConsumer done)
            throws VerificationException {
        Method method = contents.method();
        List<Integer> failed = new ArrayList<>();
        try (LoadedModel model = load(contents.model())) {
            for (int unit : units) {
                Tensor replayed = model.run(contents.unitInput(unit));
                if (!agree(method, contents.unitOutput(unit), replayed)) {
                    failed.add(unit);
                }
                done.accept(unit);
            }
        } catch (EngineException e) {
            throw new VerificationException(
                    Code.REPLAY_FAILED, "the replay could not run: " + e.getMessage(), e);
        }
        return failed;
    }

    private LoadedModel load(PackagedModel model) throws EngineException {
        return switch (model) {
            case ModelPackage graph -> exact.load(graph);
            case ScriptPackage script -> exact.load(script);
        };
    }

    /**
     * Evidence that a FAIL is true: the output does not fit its commitment, or a unit named as
     * failed fails again.
     */
    public Optional<RefutedResult> reproduce(AuditedResult audited, ResultContents contents)
            throws VerificationException {
        boolean refuted =
                contents.refutation().isPresent()
                        || !failures(contents, audited.verdict().failed(), _ -> {}).isEmpty();
        return refuted ? Optional.of(new RefutedResult(audited)) : Optional.empty();
    }

    private static boolean agree(Method method, Tensor claimed, Tensor replayed) {
        return switch (method) {
            case EXACT_REPLAY -> claimed.sameBits(replayed);
            case TOLERANT_REPLAY -> Tolerance.accepts(claimed, replayed);
            case CONTENTS -> throw new IllegalArgumentException("nothing to compare");
        };
    }
}
