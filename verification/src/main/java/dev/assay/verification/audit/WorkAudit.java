package dev.assay.verification.audit;

import dev.assay.verification.VerificationException;
import dev.assay.verification.attest.AuditedResult;
import dev.assay.verification.audit.Finding.Standing;
import dev.assay.verification.check.ContainerContents;
import dev.assay.verification.check.InferenceContents;
import dev.assay.verification.check.Replay;
import dev.assay.verification.check.ResultContents;
import dev.assay.verification.check.TrainingContents;
import dev.assay.verification.check.UnusableOutput;
import dev.assay.verification.statement.VerdictPredicate;

import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Whether the work of a folder is what was committed to, and comes out the same again.
 *
 * @param findings where it reports
 */
record WorkAudit(
        Replay replay, FolderAudit.Extent extent, IntConsumer replayed, List<Finding> findings) {
    void audit(WorkFiles files, LeaseHistory.Work work) throws Halt {
        ResultContents contents;
        try {
            contents = files.open(work.result());
        } catch (VerificationException e) {
            contents = unusable(work, e);
        }
        Optional<String> refutation = contents.refutation();
        if (contents instanceof UnusableOutput unusable && unusable.field().isPresent()) {
            findings.add(
                    new Finding(
                            Standing.REFUTED,
                            EvidenceLayout.statement(EvidenceLayout.RESULT),
                            unusable.field().get(),
                            Clause.CONTENTS,
                            unusable.problem()));
            return;
        }
        if (refutation.isPresent()) {
            findings.add(
                    Finding.of(
                            Standing.REFUTED,
                            WorkFiles.output(work.result()),
                            Clause.COMMITMENT,
                            refutation.get()));
            return;
        }
        proved(
                WorkFiles.output(work.result()),
                Clause.COMMITMENT,
                "the output is the one that the provider committed to, unit by unit");
        switch (contents) {
            case InferenceContents inference -> replay(work, inference);
            case TrainingContents training -> replay(work, training);
            case ContainerContents container -> files(work, container);
            case UnusableOutput _ -> throw new AssertionError("it has a refutation");
        }
    }

    private static ResultContents unusable(LeaseHistory.Work work, VerificationException e)
            throws Halt {
        try {
            return UnusableOutput.because(work.result(), e);
        } catch (VerificationException other) {
            throw Halt.because("work", other);
        }
    }

    /** Nobody computes a container's work again: what stands is who ended how and left what. */
    private void files(LeaseHistory.Work work, ContainerContents contents) throws Halt {
        int units = contents.report().units().size();
        List<Integer> incomplete = contents.incomplete(IntStream.range(0, units).boxed().toList());
        verdictAgrees(work, !incomplete.isEmpty());
        if (incomplete.isEmpty()) {
            proved(
                    EvidenceLayout.CONTAINER_RESULT,
                    Clause.CONTENTS,
                    "the log and the list of outputs of each of "
                            + units
                            + " containers are those that the result names");
        } else {
            findings.add(
                    Finding.of(
                            Standing.REFUTED,
                            EvidenceLayout.CONTAINER_RESULT,
                            Clause.CONTENTS,
                            "the log or the list of outputs of containers "
                                    + incomplete
                                    + " is not the one that the result names"));
        }
        notProved(
                EvidenceLayout.CONTAINER_RESULT,
                Clause.REPLAY,
                "that the containers did what their image and command say: a container's work is"
                        + " not computed again");
    }

    private void replay(LeaseHistory.Work work, ResultContents contents) throws Halt {
        int all = contents.result().result().units();
        List<Integer> units =
                extent == FolderAudit.Extent.ALL || work.audited().isEmpty()
                        ? IntStream.range(0, all).boxed().toList()
                        : work.audited().get().verdict().drawn();
        List<Integer> failed;
        try {
            failed = replay.failures(contents, units, replayed);
        } catch (VerificationException e) {
            findings.add(Finding.of(WorkFiles.output(work.result()), e));
            return;
        }
        verdictAgrees(work, !failed.isEmpty());
        String how =
                contents.method() == VerdictPredicate.Method.EXACT_REPLAY
                        ? "bit for bit"
                        : "within the tolerance";
        if (failed.isEmpty()) {
            proved(
                    WorkFiles.output(work.result()),
                    Clause.REPLAY,
                    units.size() + " of " + all + " units replayed here came out the same, " + how);
        } else {
            findings.add(
                    Finding.of(
                            Standing.REFUTED,
                            WorkFiles.output(work.result()),
                            Clause.REPLAY,
                            "units " + failed + " replayed here did not come out the same " + how));
        }
        if (units.size() < all) {
            notProved(
                    WorkFiles.output(work.result()),
                    Clause.REPLAY,
                    (all - units.size())
                            + " units were not drawn; a cheat in a share f of them stays unseen"
                            + " with probability (1 − f)^"
                            + units.size()
                            + "; --replay all checks every one");
        }
    }

    /** A FAIL over a result in which nothing is wrong is the auditor's lie. */
    private static void verdictAgrees(LeaseHistory.Work work, boolean refuted) throws Halt {
        Optional<AuditedResult> audited = work.audited();
        if (audited.isPresent()
                && !refuted
                && audited.get().verdict().outcome() == VerdictPredicate.Outcome.FAIL) {
            throw Halt.refuted(
                    EvidenceLayout.statement(EvidenceLayout.VERDICT),
                    "verdict.outcome",
                    Clause.VERDICT,
                    "is FAIL, but the units came out the same here");
        }
    }

    private void proved(String file, Clause clause, String message) {
        findings.add(Finding.of(Standing.PROVED, file, clause, message));
    }

    private void notProved(String file, Clause clause, String message) {
        findings.add(Finding.of(Standing.NOT_PROVED, file, clause, message));
    }
}
